"""The model beside laboratory experiments."""
