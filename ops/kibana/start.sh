#!/bin/bash
# Starts Kibana, and brings in what the repository has for it once it answers.
#
# ELASTICSEARCH_HOSTS   where Elasticsearch is
# ELASTIC_PASSWORD      password of its superuser; none where it asks for none
# KIBANA_PASSWORD       password that Kibana's own account gets
set -euo pipefail

login=()
if [ -n "${ELASTIC_PASSWORD:-}" ]; then
  login=(--user "elastic:$ELASTIC_PASSWORD")
  # Kibana logs in by an account of its own, which is locked until somebody gives it a password.
  until curl --silent --fail --output /dev/null "${login[@]}" --request POST --header 'Content-Type: application/json' \
    --data "{\"password\":\"$KIBANA_PASSWORD\"}" "$ELASTICSEARCH_HOSTS/_security/user/kibana_system/_password"; do
    sleep 2
  done
  export ELASTICSEARCH_USERNAME=kibana_system ELASTICSEARCH_PASSWORD="$KIBANA_PASSWORD"
fi

bring_in() {
  until curl --silent --fail --output /dev/null "${login[@]}" --request POST --header 'kbn-xsrf: true' \
    --form file=@/usr/local/share/taskaspire.ndjson 'http://localhost:5601/api/saved_objects/_import?overwrite=true'; do
    sleep 2
  done
}
bring_in &
exec /usr/local/bin/kibana-docker
