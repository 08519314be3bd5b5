"""Stock clients of Socket.IO against a real server."""
