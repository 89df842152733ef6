"""Python reads this when it starts and the folder is on PYTHONPATH: names below 127.0.0.1 lead to 127.0.0.1.

S3 Control puts the account's number before the host of its endpoint: `444444444444.127.0.0.1`. No resolver knows that name, so without this a
scanner could not ask the emulator for the account's public access block.
"""

import socket

original = socket.getaddrinfo


def getaddrinfo(host, *arguments, **named):
    if isinstance(host, str) and host.endswith(".127.0.0.1"):
        host = "127.0.0.1"
    return original(host, *arguments, **named)


socket.getaddrinfo = getaddrinfo
