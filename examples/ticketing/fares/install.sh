#!/bin/sh
# Sets up one machine of the fare search. Runs as root when a new machine starts, and may run again: every step can be repeated.
# The machine has no way out to the internet (`egress` is not asked for), so nothing is downloaded here.
# From `uses: {db: read, bookings: send}` come DB_HOST, DB_PORT and BOOKINGS_URL.
set -eu

: "${DB_HOST:?the database comes from uses: {db: read}}"
: "${BOOKINGS_URL:?the queue comes from uses: {bookings: send}}"

id fares >/dev/null 2>&1 || useradd --system --home-dir /var/lib/fares --shell /usr/sbin/nologin fares
install -d -o fares -g fares -m 0750 /var/lib/fares
install -d -m 0755 /opt/fares

cat >/opt/fares/fares.py <<'PROGRAM'
"""Keeps a machine of the fare search ready: it is well while it can reach the database."""
import os
import socket
import time

ADDRESS = (os.environ["DB_HOST"], int(os.environ.get("DB_PORT", "5432")))

while True:
    started = time.monotonic()
    try:
        with socket.create_connection(ADDRESS, timeout=5):
            print(f"database reached in {1000 * (time.monotonic() - started):.0f} ms", flush=True)
    except OSError as error:
        print(f"database not reached: {error}", flush=True)
    time.sleep(60)
PROGRAM

umask 027
printf 'DB_HOST=%s\nDB_PORT=%s\nBOOKINGS_URL=%s\n' "$DB_HOST" "${DB_PORT:-5432}" "$BOOKINGS_URL" >/etc/fares.env
chgrp fares /etc/fares.env

cat >/etc/systemd/system/fares.service <<'UNIT'
[Unit]
Description=Fare search
After=network-online.target
Wants=network-online.target

[Service]
User=fares
EnvironmentFile=/etc/fares.env
ExecStart=/usr/bin/python3 /opt/fares/fares.py
Restart=always
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
StateDirectory=fares

[Install]
WantedBy=multi-user.target
UNIT

systemctl daemon-reload
systemctl enable fares.service
systemctl restart fares.service
