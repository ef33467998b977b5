#!/bin/sh
# Starts Prometheus with the arguments that it is given. Where the services are differs from place to place, so it comes by variables:
# TARGETS_APISERVICE=api:9464 becomes targets/apiservice.yml, which prometheus.yml reads.
set -eu
targets=/etc/prometheus/targets
mkdir -p "$targets"
env | grep '^TARGETS_' | while IFS='=' read -r variable addresses; do
  job=$(printf '%s' "${variable#TARGETS_}" | tr '[:upper:]' '[:lower:]')
  printf -- "- targets: ['%s']\n" "$(printf '%s' "$addresses" | sed "s/,/', '/g")" > "$targets/$job.yml"
done
exec /bin/prometheus --config.file=/etc/prometheus/prometheus.yml "$@"
