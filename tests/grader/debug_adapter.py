"""A debug client, as an editor has one: it speaks the Debug Adapter Protocol to whoever listens."""

import json
import socket


class Editor:
    """One conversation with a debugger that listens on a port."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), 60)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self._events = []

    def ask(self, command, **arguments):
        """One request, and the body of its answer."""
        return self.wait_for(self.send(command, **arguments))

    def send(self, command, **arguments):
        """One request, and its number; its answer may come late."""
        self._number += 1
        message = {"seq": self._number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self._number

    def wait_for(self, number):
        """The body of the answer to a request."""
        while True:
            message = self._read()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return message.get("body")

    def event(self, name):
        """The body of the next event of that name."""
        while not any(event["event"] == name for event in self._events):
            self._read()
        found = next(event for event in self._events if event["event"] == name)
        self._events.remove(found)
        return found.get("body")

    def stopped_at(self):
        """Where it stops next: the thread, and its frames, innermost first."""
        thread = self.event("stopped")["threadId"]
        return thread, self.ask("stackTrace", threadId=thread)["stackFrames"]

    def close(self):
        """Leave."""
        self._file.close()
        self._socket.close()

    def _read(self):
        size = 0
        while line := self._file.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        assert size, "the debugger has gone"
        message = json.loads(self._file.read(size))
        if message["type"] == "event":
            self._events.append(message)
        return message
