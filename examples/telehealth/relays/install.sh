#!/bin/sh
# Sets up one relay of video. Runs as root when a new machine starts, and may run again: every step can be repeated.
# The machine has no way out to the internet (`egress` is not asked for), so nothing is downloaded here.
# From `uses: {sessions: read}` come SESSIONS_HOST and SESSIONS_PORT: who is in which visit.
set -eu

: "${SESSIONS_HOST:?the cache comes from uses: {sessions: read}}"

id relay >/dev/null 2>&1 || useradd --system --home-dir /var/lib/relay --shell /usr/sbin/nologin relay
install -d -o relay -g relay -m 0750 /var/lib/relay
install -d -m 0755 /opt/relay

cat >/opt/relay/relay.py <<'PROGRAM'
"""Keeps a relay ready: it is well while it can reach the cache that knows who is in which visit."""
import os
import socket
import time

ADDRESS = (os.environ["SESSIONS_HOST"], int(os.environ.get("SESSIONS_PORT", "6379")))

while True:
    try:
        with socket.create_connection(ADDRESS, timeout=5):
            print("sessions reached", flush=True)
    except OSError as error:
        print(f"sessions not reached: {error}", flush=True)
    time.sleep(60)
PROGRAM

umask 027
printf 'SESSIONS_HOST=%s\nSESSIONS_PORT=%s\n' "$SESSIONS_HOST" "${SESSIONS_PORT:-6379}" >/etc/relay.env
chgrp relay /etc/relay.env

cat >/etc/systemd/system/relay.service <<'UNIT'
[Unit]
Description=Relay of video
After=network-online.target
Wants=network-online.target

[Service]
User=relay
EnvironmentFile=/etc/relay.env
ExecStart=/usr/bin/python3 /opt/relay/relay.py
Restart=always
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
StateDirectory=relay

[Install]
WantedBy=multi-user.target
UNIT

systemctl daemon-reload
systemctl enable relay.service
systemctl restart relay.service
