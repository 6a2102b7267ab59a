#!/usr/bin/env bash
# A worker of a standalone cluster, from the pyspark package, in the foreground.
# usage: worker.sh spark://HOST:PORT [OWN_HOST]      CORES, MEMORY and WORK_DIR may be set
set -euo pipefail
master=${1:?usage: worker.sh spark://HOST:PORT [OWN_HOST]}
own=${2:-$(hostname -f)}
PYTHON=${PYTHON:-python3}
SPARK_HOME=$("$PYTHON" -c 'import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent)')
export SPARK_HOME SPARK_CONF_DIR=${SPARK_CONF_DIR:-$(cd "$(dirname "$0")" && pwd)}
exec "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker \
    --host "$own" --webui-port "${WEBUI_PORT:-0}" --work-dir "${WORK_DIR:-/tmp/wattprint-spark-work}" \
    ${CORES:+--cores "$CORES"} ${MEMORY:+--memory "$MEMORY"} "$master"
