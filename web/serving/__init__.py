"""The servers: granian through a bridge of our own, gunicorn, and the development server."""
