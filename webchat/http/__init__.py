"""The HTTP door: the API, the browser interface's files, and the way in for WebSockets."""
