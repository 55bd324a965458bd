"""What a paper says of how results were made: paragraphs, tables and captions."""
