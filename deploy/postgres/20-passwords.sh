#!/bin/bash
# Gives the roles of 10-roles.sql their passwords; the image's entrypoint runs this once, after it.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --quiet --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --file "${CHANCERY_PASSWORDS_SQL:-/run/secrets/chancery/passwords.sql}"
