"""What observed targets say of the model beside its null models: who shows them, and who does not."""
