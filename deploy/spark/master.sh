#!/usr/bin/env bash
# The master of a standalone cluster, from the pyspark package, in the foreground.
# usage: master.sh HOST [PORT]      then: wattprint account ... --engine spark://HOST:PORT
set -euo pipefail
host=${1:?usage: master.sh HOST [PORT]}
port=${2:-7077}
PYTHON=${PYTHON:-python3}
SPARK_HOME=$("$PYTHON" -c 'import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent)')
export SPARK_HOME SPARK_CONF_DIR=${SPARK_CONF_DIR:-$(cd "$(dirname "$0")" && pwd)}
exec "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.master.Master \
    --host "$host" --port "$port" --webui-port "${WEBUI_PORT:-0}"
