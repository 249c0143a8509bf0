"""The HTTP and WebSocket face. Nothing else knows HTTP."""
