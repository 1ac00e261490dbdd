"""Small ASGI wrappers around Django."""
