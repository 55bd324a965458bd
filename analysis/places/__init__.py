"""What becomes of partnerships place by place."""
