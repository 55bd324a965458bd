"""What is asked: plain YAML for Hydra. No logic lives here."""
