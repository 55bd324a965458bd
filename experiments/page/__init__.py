"""The explorer: its page, what the page may request, and the server and the file that answer."""
