"""A small log of every kind but sacct, with ordinary rows and odd ones."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

PBS = """\
01/31/2024 10:00:00;Q;1.srv.example;queue=gpu
01/31/2024 10:00:05;S;1.srv.example;user=ada group=ml queue=gpu start=1706695205
01/31/2024 12:00:05;E;1.srv.example;user=ada group=ml account="big acct" \
project=_pbs_project_default jobname="a resources_used.cput=99:00:00 b" queue=gpu \
start=1706695205 exec_host=n1/0*4+n2/0*4 exec_vnode=(n1:ncpus=4:ngpus=1)+(n2:ncpus=4:ngpus=1) \
Resource_List.mem=16gb Resource_List.ncpus=8 Resource_List.ngpus=2 \
Resource_List.select=2:ncpus=4:ngpus=1:gpu_model=a100 Resource_List.walltime=10:00:00 \
end=1706702405 Exit_status=0 resources_used.cput=08:00:00 resources_used.mem=4194304kb \
resources_used.ncpus=8 resources_used.walltime=02:00:00
"""

LSF = '''\
"JOB_FINISH" "10.1" 1706709600 4711 1001 33554438 4 1706702000 0 0 1706702400 "ada" "gpu" "" "" \
"" "login1" "/home/ada" "" "" "" "j" 1 "n1" 3 "2*n1" "n2" "n2" 64 60.0 "name" "echo ""a b""" \
3600.5 100.5 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 "" "vision" 0 4 "" "" 7 2097152 0 \
"" "" "" "" 0 "" 0 "" -1 "/ada" "" "" "" -1 "" "" 5136 "" 1706702400 "" "" 2 1032 "0" 1105 \
"num=2:mode=shared:gmodel=TeslaV100" 1 "n1" 10 20 1 2 0 0 2048 "select[any] \
rusage[ngpus_physical=2.00]" "" -1 "" -1 0 "" 0 0 "" 7000 "" 0 "" 0.0 0.0 0.0 0.0 0.0 2 "n1" "n2" \
-1 0 0 0
'''

_SGE = (
    "all.q:{host}:ml:ada:train:{job}:sge:0:1706702000:1706702405:1706709605:{failed}:{exit}:7200:1:1:"
    "0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:vision:defaultdepartment:mpi:8:{task}:3600.5:1:1:"
    "-U x -l gpu=2,h_vmem=4G -pe mpi 8:0:{pe}:1073741824:0:0\n"
)


def sge(*, job=77, host="n1", pe="NONE", task=0, failed=0, exit_status=0):
    return _SGE.format(job=job, host=host, pe=pe, task=task, failed=failed, exit=exit_status)


SGE = "# Version: 8.1.9\n" + sge(host="n2", pe="1.n2") + sge(job=78) + sge()

SWF = """\
; Version: 2.2
; Computer: Big
; UnixStartTime: 1000000000
 1  0  10 3600 16 1800 1024 16 7200 2048 1 3 1 -1 1 -1 -1 -1
 2  100 -1 50 -1 -1 -1 4 7200 -1 0 3 1 -1 1 -1 -1 -1
"""


def pod(name, resources, **status):
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "ml",
            "uid": f"uid-{name}",
            "creationTimestamp": "2024-01-31T09:59:00Z",
            "labels": {"team": "vision"},
        },
        "spec": {"containers": [{"resources": resources}]},
        "status": {"phase": "Succeeded", "startTime": "2024-01-31T10:00:00Z", **status},
    }


def ended(at, reason="Completed"):
    return [{"state": {"terminated": {"finishedAt": at, "reason": reason}}}]


def kube_list(*items):
    return json.dumps({"apiVersion": "v1", "items": items, "kind": "List"}, indent=1)


KUBERNETES = kube_list(
    pod(
        "a",
        {"requests": {"cpu": "500m", "memory": "64Gi"}, "limits": {"nvidia.com/gpu": "4"}},
        containerStatuses=ended("2024-01-31T12:00:00Z"),
    ),
    pod("b", {"limits": {"cpu": 2}}, phase="Running"),
)


def series(name, values, **labels):
    points = [[1706695200 + 60 * i, str(value)] for i, value in enumerate(values)]
    return {"metric": {"__name__": name, **labels}, "values": points}


def matrix(*result):
    return json.dumps(
        {"status": "success", "data": {"resultType": "matrix", "result": list(result)}}
    )


PROMETHEUS = matrix(
    series(
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
        [1_000_000, 7_000_000, 3_000_000, 9_000_000],
        UUID="GPU-1",
        Hostname="n1",
        modelName="NVIDIA A100",
        namespace="ml",
        pod="t-0",
    ),
    series("kepler_container_joules_total", [5, 105], container_namespace="ml", pod_name="t-0"),
)

AWS = """\
identity/LineItemId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,\
lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/ResourceId,\
lineItem/UsageAmount,product/region,pricing/unit,resourceTags/user:team
a,123,Usage,2024-01-31T10:00:00Z,2024-01-31T11:00:00Z,AmazonEC2,USE1-BoxUsage:p4d.24xlarge,i-1,1.0,\
us-east-1,Hrs,"vision, big"
b,123,Usage,2024-01-31T10:00:00Z,2024-01-31T11:00:00Z,AmazonEC2,EBS:VolumeUsage,v-1,1.0,us-east-1,\
GB-Mo,
"""

AZURE = '''\
Date,MeterCategory,MeterName,Quantity,UnitOfMeasure,ResourceLocation,SubscriptionName,\
ResourceGroup,ResourceId,AdditionalInfo,Tags,ChargeType
01/31/2024,Virtual Machines,ND96asr A100 v4,24,1 Hour,US East 2,sub,rg,/subscriptions/x/vm1,\
"{""ServiceType"":""Standard_ND96asr_v4"",""VCPUs"":96}","""team"": ""vision""",Usage
01/31/2024,Storage,Hot,4.8,10 GB,EastUS,sub,rg,/subscriptions/x/disk,,,Usage
'''


def gcp(sku, amount, spec="a2-highgpu-1g", cores="12", service="Compute Engine"):
    pairs = {"machine_spec": spec, "cores": cores}
    return {
        "service": {"description": service},
        "sku": {"description": sku},
        "usage_start_time": "2024-01-31 10:00:00 UTC",
        "usage_end_time": "2024-01-31 11:00:00 UTC",
        "project": {"id": "p1"},
        "labels": [{"key": "team", "value": "vision"}],
        "system_labels": [
            {"key": f"compute.googleapis.com/{key}", "value": value}
            for key, value in pairs.items()
            if value
        ],
        "location": {"region": "us-central1"},
        "usage": {"amount": amount, "unit": "seconds"},
    }


GCP = "".join(
    json.dumps(line) + "\n"
    for line in (
        gcp("A2 Instance Core running in Iowa", 43200),
        gcp("A2 Instance Ram running in Iowa", 43200),
        gcp("Nvidia Tesla A100 GPU running in Iowa", 3600),
    )
)

TABLE = """\
Job ID,User,Account,Queue,State,Start Time,End Time,Elapsed (h),CPUs,GPUs,Mem (GB),Energy (kWh),Note
1,ada,ml,gpu,success,2024-01-31 10:00:00,2024-01-31 12:00:00,2.0,8,2,64,1.5,"one, two"
2,bob,ml,cpu,killed,2024-01-31 10:00:00,2024-01-31 10:30:00,0.5,4,0,8,,
"""


def parquet(query):
    """Return what a query gives as the bytes of a file of Parquet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        duckdb.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


PARQUET = parquet(
    "SELECT 1 AS job_id, 'ada' AS user, TIMESTAMP '2024-01-31 10:00:00' AS start_time, "
    "7200 AS elapsed, 8 AS cpus, {'a': 1} AS nested, [1, 2] AS listed"
)

SACCT_JSON = json.dumps(
    {
        "meta": {"Slurm": {"release": "23.11"}},
        "jobs": [
            {
                "job_id": 100 + number,
                "cluster": "deep",
                "user": "ada",
                "account": "phys",
                "partition": "gpu",
                "array": {"job_id": 100, "task_id": {"set": True, "number": number}},
                "allocation_nodes": 1,
                "state": {"current": ["COMPLETED"]},
                "time": {"elapsed": 600, "start": 1706700000, "end": 1706700600},
                "tres": {
                    "allocated": [
                        {"type": "cpu", "name": "", "count": 8},
                        {"type": "mem", "name": "", "count": 32768},
                        {"type": "gres", "name": "gpu:a100", "count": 2},
                    ],
                    "requested": [{"type": "cpu", "name": "", "count": 8}],
                },
                "steps": [{"tasks": {"count": 1}, "tres": {"requested": {"max": []}}}],
            }
            for number in range(1, 4)
        ],
        "errors": [],
    }
)

LOGS = {
    "pbs": PBS,
    "lsf": LSF,
    "sge": SGE,
    "swf": SWF,
    "sacct-json": SACCT_JSON,
    "kubernetes": KUBERNETES,
    "prometheus": PROMETHEUS,
    "aws": AWS,
    "azure": AZURE,
    "gcp": GCP,
    "table": TABLE,
    "parquet": PARQUET,
}
"""What a log is of -> the log."""
