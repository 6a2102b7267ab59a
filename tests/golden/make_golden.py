"""Write jobs.jsonl: generated jobs, and the figures that every Wattprint engine must give for them.

The independent check of the package: nothing is imported from it. The factor tables are read as
plain CSV and DESIGN.md section 3 is worked out step by step. A figure is (value, low, high), a 90 %
interval; its unit ends the function's name. Run this again when a factor table changes; with
--check it writes nothing and exits 1 if jobs.jsonl is not what it would write.
"""

import csv
import json
import math
import random
import sys
from pathlib import Path

JOBS = Path(__file__).with_name("jobs.jsonl")
TABLES = Path(__file__).resolve().parents[2] / "src" / "wattprint" / "factors" / "tables"
RNG = random.Random()  # seeded where the jobs are made


def rows_of(table):
    with (TABLES / table).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


TDP_W = {row["name"]: float(row["tdp_w"]) for row in rows_of("accelerators.csv") if row["tdp_w"]}
CPU_ROWS = rows_of("cpus.csv")
CPU_TDPS = {name: set() for name in sorted({row["name"] for row in CPU_ROWS})}
for row in CPU_ROWS:
    CPU_TDPS[row["name"]].add(float(row["tdp_w"]))
# Only names whose sources agree: which of two figures wins is not asked here.
CPU_TDP_W = {name: min(tdps) for name, tdps in CPU_TDPS.items() if len(tdps) == 1}
SET_YEAR = int(json.loads((TABLES / "manifest.json").read_text("utf-8"))["version"].split(".")[0])
CONVENTION = {
    row["name"]: (float(row["value"]), float(row["low"]), float(row["high"]))
    for row in rows_of("conventions.csv")
}
MACHINES = {}
for row in rows_of("machine_classes.csv"):
    constant = (float(row["value"]), float(row["low"]), float(row["high"]))
    MACHINES.setdefault(row["machine"], {})[row["quantity"]] = constant
INTENSITIES = rows_of("intensity_yearly.csv") + rows_of("odbl/intensity_yearly.csv")
PUES = [row for row in rows_of("cloud_region_yearly.csv") if row["pue"]]
REGION_ZONE = {
    row["provider"] + "/" + row["region"]: row["zone"]
    for row in rows_of("cloud_regions.csv")
    if row["zone"] == row["em_zone"]
    and any(r["zone"] == row["zone"] and r["basis"] == "lifecycle" for r in INTENSITIES)
    and any(r["provider"] == row["provider"] and r["region"] == row["region"] for r in PUES)
}


ACCELERATOR_ROWS = {row["name"]: row for row in rows_of("accelerators.csv")}
DEVICE_ROWS = rows_of("embodied_devices.csv") + rows_of("odbl/embodied_devices.csv")
NODES = {}  # nm -> what a square centimetre of wafer takes
for row in rows_of("embodied.csv"):
    if row["component"] == "logic_die":
        nm, _, what = row["model"].partition("nm ")
        amount = row["gwp_kg_co2e"] or row["unit"].rpartition(": ")[2]
        NODES.setdefault(float(nm), {})[what] = float(amount)
MIXES = rows_of("generation_mix.csv")
WATER = [row for row in rows_of("water_factors.csv") if row["kind"] == "consumption"]
COUNTRY = {row["zone"]: row["country"] for row in rows_of("zones.csv") + rows_of("odbl/zones.csv")}
REGION_COUNTRY = {
    row["provider"] + "/" + row["region"]: row["country"] for row in rows_of("cloud_regions.csv")
}


# Intervals
def exact(number):
    return (number, number, number)


def times(figure, number):
    return (figure[0] * number, figure[1] * number, figure[2] * number)


def product(factors):
    """Independent factors: quadrature of log-ratios, each side on its own; 0 stays 0..0."""
    value = math.prod(v for v, _, _ in factors)
    if value == 0:
        return exact(0)
    below = math.sqrt(math.fsum(math.log(v / low) ** 2 for v, low, _ in factors))
    above = math.sqrt(math.fsum(math.log(high / v) ** 2 for v, _, high in factors))
    return (value, value * math.exp(-below), value * math.exp(above))


def sum_independent(parts):
    """Different components: quadrature of absolute half-widths, each side on its own."""
    value = math.fsum(v for v, _, _ in parts)
    below = math.sqrt(math.fsum((v - low) ** 2 for v, low, _ in parts))
    above = math.sqrt(math.fsum((high - v) ** 2 for v, _, high in parts))
    return (value, value - below, value + above)


# Energy
WITH_MEMORY = ("laptop", "8-accelerator-server")
"""Hosts that are published with their memory inside."""
COMPONENTS = ["accelerator", "cpu", "memory", "static", "losses", "storage", "network"]


def accelerator_power_w(job):
    if "power_w" in job:  # the user's own figure: no interval, and no convention either
        return exact(job["power_w"] * job.get("utilization", 1))
    tdp_w = TDP_W[job["accelerator"]]
    if "utilization" in job:
        return times(CONVENTION["given_utilization"], tdp_w * job["utilization"])
    return times(CONVENTION["accelerator_utilization"], tdp_w)


def cpu_power_w(job):
    tdp_w = job.get("cpu_count", 1) * CPU_TDP_W[job["cpu"]]
    if "cpu_utilization" in job:
        return exact(tdp_w * job["cpu_utilization"])
    if "utilization" in job and "accelerator" not in job and "power_w" not in job:
        return exact(tdp_w * job["utilization"])  # the CPU is the device then
    return times(CONVENTION["cpu_utilization"], tdp_w)


def parts_kwh(job):
    """Energy of each component; None where the job does not name it."""
    count = job.get("count", 1)
    repeats = job.get("repeats", 1)
    hours = job["device_hours"] / count if "device_hours" in job else job.get("hours", 0)
    device_hours = job.get("device_hours", count * hours)
    parts = {"accelerator": None, "cpu": None, "memory": None, "static": None}
    if job.get("energy_at") == "accelerator":
        parts["accelerator"] = exact(job["energy_kwh"] * repeats)
    elif "accelerator" in job or "power_w" in job:
        parts["accelerator"] = times(accelerator_power_w(job), device_hours / 1000 * repeats)
    machine = MACHINES.get(job.get("host"))
    machines = machines_of(job) if machine else 0
    described = job.get("energy_at") != "chips"
    if "cpu" in job:
        parts["cpu"] = times(cpu_power_w(job), hours / 1000 * repeats)
    elif machine and described:
        parts["cpu"] = times(machine["cpu_power"], machines * hours / 1000 * repeats)
    if "memory_gb" in job:
        memory_w = times(CONVENTION["dram_power_w_per_gb"], job["memory_gb"])
        parts["memory"] = times(memory_w, hours / 1000 * repeats)
    elif machine and described:
        memory_w = product([machine["memory"], CONVENTION["dram_power_w_per_gb"]])
        parts["memory"] = times(memory_w, machines * hours / 1000 * repeats)
    if "static_w" in job:
        parts["static"] = exact(job["static_w"] * hours / 1000 * repeats)
    elif machine:
        parts["static"] = times(machine["static_power"], machines * hours / 1000 * repeats)
    return parts


def machines_of(job):
    """Machines, or vCPUs of a virtual one."""
    if job["host"] == "cloud-vm":
        return job["vcpus"]
    is_filled = job["host"] == "8-accelerator-server" and {"count", "accelerator", "power_w"} & {
        *job
    }
    by_accelerators = job.get("count", 1) / 8 if is_filled else 1
    return job.get("hosts", by_accelerators)


def efficiency_of(job, delivered_kwh):
    """Of the machine's supply: Newton's divided differences through its three certified losses."""
    if "supply_efficiency" in job:
        return exact(job["supply_efficiency"])
    machine, machines = MACHINES[job["host"]], machines_of(job)
    hours = job.get("hours", 0) * job.get("repeats", 1)
    load = delivered_kwh * 1000 / hours / (machine["supply_rating"][0] * machines)
    load = min(1, max(0.01, load))
    found = []
    for bound in range(3):
        lost = [
            at / machine[f"supply_efficiency_{round(at * 100)}"][bound] - at for at in (0.2, 0.5, 1)
        ]
        first, second = (lost[1] - lost[0]) / 0.3, (lost[2] - lost[1]) / 0.5
        loss = lost[0] + first * (load - 0.2) + (second - first) / 0.8 * (load - 0.2) * (load - 0.5)
        found.append(load / (load + loss))
    return product([tuple(found), CONVENTION["board_regulators"]])


def energies_kwh(job):
    """Components, then the energy of chips, of IT and of the facility."""
    parts = dict.fromkeys(COMPONENTS)
    pue = pue_of(job)
    if job.get("energy_at") == "facility":
        facility = exact(job["energy_kwh"] * job.get("repeats", 1))
        return parts, None, None if pue is None else times(facility, 1 / pue), facility
    chips = None
    if job.get("energy_at") == "it":
        it = exact(job["energy_kwh"] * job.get("repeats", 1))
    else:
        parts |= parts_kwh(job)
        counted = {name: part for name, part in parts.items() if part is not None}
        seen = [part for name, part in counted.items() if name != "static"]
        chips = sum_independent(seen) if seen else None
        delivered = [*counted.values()]
        if job.get("energy_at") == "chips":
            chips = exact(job["energy_kwh"] * job.get("repeats", 1))
            delivered.append(chips)
        it = delivered = sum_independent(delivered)
        if "supply_efficiency" in job or "host" in job:
            value, low, high = efficiency_of(job, delivered[0])
            it = product([delivered, (1 / value, 1 / high, 1 / low)])
            lost = (1 / value - 1, 1 / high - 1, 1 / low - 1)
            parts["losses"] = product([delivered, lost])
    return parts, chips, it, None if pue is None else times(it, pue)


# Place
def nearest_year(rows, year):
    """The year asked for, else the nearest, of two as near the later; unasked, the newest."""
    years = [int(row["year"]) for row in rows]
    return max(years) if year is None else min(years, key=lambda y: (abs(y - year), -y))


def pue_of(job):
    if job.get("pue") != "provider":
        return job.get("pue")
    rows = [row for row in PUES if row["provider"] + "/" + row["region"] == job["region"]]
    year = nearest_year(rows, job.get("year"))
    return next(float(row["pue"]) for row in rows if int(row["year"]) == year)


def intensity_g_per_kwh(job):
    if "intensity" in job:
        return exact(job["intensity"])
    if "zone" not in job and "region" not in job:
        return None
    zone = job["zone"] if "zone" in job else REGION_ZONE[job["region"]]
    rows = [row for row in INTENSITIES if row["zone"] == zone]
    rows = [row for row in rows if row["source"] == job.get("grid_source", row["source"])]
    life_cycle = any(row["basis"] == "lifecycle" for row in rows)
    basis = job.get("basis", "lifecycle" if life_cycle else "direct")
    rows = [row for row in rows if row["basis"] == basis]
    year = nearest_year(rows, job.get("year"))
    rows = [row for row in rows if int(row["year"]) == year]
    rows.sort(key=lambda row: row["is_default"] != "1")
    yearly = exact(float(rows[0]["g_co2e_per_kwh"]))
    years_apart = abs(year - job.get("year", SET_YEAR))
    one, low, high = CONVENTION["intensity_year"]
    drift = (one, low ** math.sqrt(years_apart), high ** math.sqrt(years_apart))
    return product([yearly, CONVENTION["intensity_hours"], CONVENTION["intensity_source"], drift])


# Making the hardware
def bottom_up_kg(row):
    """Die, memory, and board with cooling; the bounds are those of all three at once."""
    tdp_w = exact(float(row["tdp_w"])) if row["tdp_w"] else CONVENTION["accelerator_tdp_unknown"]
    if row["die_mm2"]:
        area_mm2 = exact(float(row["die_mm2"]))
    elif row["tdp_w"]:
        area_mm2 = times(CONVENTION["die_area_per_power"], float(row["tdp_w"]))
    else:
        area_mm2 = CONVENTION["die_area_unknown"]
    nodes = [7, max(NODES), min(NODES)]  # value, low, high of a node that nobody publishes
    if row["process_nm"]:
        nodes = [min(NODES, key=lambda nm: (abs(nm - float(row["process_nm"])), -nm))] * 3
    fab, good = CONVENTION["fab_carbon_intensity"], CONVENTION["die_yield"]
    good = (good[0], good[2], good[1])  # the more dies are good, the less each one takes
    kg = []
    for i in range(3):
        node = NODES[nodes[i]]
        clean, dirty = (node[f"direct fab gases, {n} % abatement"] for n in (99, 95))
        gases = ((clean + dirty) / 2, clean, dirty)[i]
        per_cm2 = node["fab electricity"] * fab[i] / 1000 + gases + node["raw materials"]
        memory_gb = float(row["memory_gb"] or 0) if row["memory_type"] != "SRAM" else 0
        kind = "hbm" if row["memory_type"].startswith("HBM") else "gddr"
        memory = memory_gb * CONVENTION[f"{kind}_memory_embodied"][i]
        board = tdp_w[i] * CONVENTION["board_and_cooling_embodied"][i]
        kg.append(area_mm2[i] / 100 * per_cm2 / good[i] + memory + board)
    return tuple(kg)


def median(numbers):
    numbers = sorted(numbers)
    return (numbers[(len(numbers) - 1) // 2] + numbers[len(numbers) // 2]) / 2


def accelerator_kg(row):
    """Of one accelerator: what is published of its family, else bottom-up; as wide as both."""
    by_parts = bottom_up_kg(row)

    def said(kind, name):
        return [r for r in DEVICE_ROWS if (r["kind"], r["name"]) == (kind, name)]

    published = said("accelerator", row["family"])
    others = [float(r["embodied_kg"]) for r in said("segment", row["segment"])]
    others = others if row["kind"] == "gpu" else []
    if not published:
        return (by_parts[0], min([by_parts[1], *others]), max([by_parts[2], *others]))
    figures = [float(r["embodied_kg"]) for r in published]
    makers = [float(r["embodied_kg"]) for r in published if r["by_maker"] == "yes"]
    return (
        median(makers or figures),
        min(figures + others),
        max([*figures, *others, by_parts[2]]),
    )


def embodied_kg(job):
    repeats = job.get("repeats", 1)
    hours = (
        job["device_hours"] / job.get("count", 1) if "device_hours" in job else job.get("hours", 0)
    )
    device_hours = job.get("device_hours", hours * job.get("count", 1)) * repeats
    made = []
    if "accelerator" in job and (device_hours or "energy_kwh" not in job):
        made.append(times(accelerator_kg(ACCELERATOR_ROWS[job["accelerator"]]), device_hours))
    if "host" in job:
        made.append(times(host_kg(job), machines_of(job) * hours * repeats))
        if "memory_gb" in job and job["host"] not in WITH_MEMORY:
            memory_kg = times(CONVENTION["host_memory_embodied"], job["memory_gb"])
            made.append(times(memory_kg, hours * repeats))
    if not made:
        return None
    life, use = CONVENTION["device_lifetime"], CONVENTION["device_lifetime_use"]
    total = sum_independent(made)
    if not total[0]:
        return exact(0)
    return product([total, inverse(times(life, 24 * 365.2425)), inverse(use)])


def host_kg(job):
    """Of one machine, or of one vCPU: the makers' median, from the least to the most of all."""
    is_vm = job["host"] == "cloud-vm"
    name = "2-socket-server" if is_vm else job["host"]
    rows = [row for row in DEVICE_ROWS if (row["kind"], row["name"]) == ("host", name)]
    makers = [float(row["embodied_kg"]) for row in rows if row["by_maker"] == "yes"]
    value = median(makers or [float(row["embodied_kg"]) for row in rows])
    low = min(float(row["low_kg"] or row["embodied_kg"]) for row in rows)
    high = max(float(row["high_kg"] or row["embodied_kg"]) for row in rows)
    machine = (value, low, high)
    return product([machine, inverse(CONVENTION["vcpus_of_server"])]) if is_vm else machine


def inverse(figure):
    return (1 / figure[0], 1 / figure[2], 1 / figure[1])


# Water
def grid_water_l_per_kwh(job):
    """The mix of the place, else of its country; each source by its share, cooling unknown."""
    if "zone" in job:
        zone, country = job["zone"], COUNTRY[job["zone"]]
    elif "region" in job:
        zone, country = REGION_ZONE[job["region"]], REGION_COUNTRY[job["region"]]
    else:
        return None
    for code in (zone, country):
        rows = [row for row in MIXES if row["zone"] == code]
        if rows:
            break
    else:
        return None
    year = nearest_year(rows, job.get("year"))
    mix = next(row for row in rows if int(row["year"]) == year)
    value = low = high = 0.0
    for source in sorted({row["source_type"] for row in WATER}):
        share = float(mix[source] or 0)
        plants = [row for row in WATER if row["source_type"] == source]
        value += share * sum(float(r["cooling_share"]) * float(r["l_per_kwh"]) for r in plants)
        low += share * min(float(row["min_l_per_kwh"]) for row in plants)
        high += share * max(float(row["max_l_per_kwh"]) for row in plants)
    return (value, min(value, max(low, value / 1000)), max(high, value))


# The whole answer
def embodied_method(job):
    row = ACCELERATOR_ROWS[job["accelerator"]] if "accelerator" in job else None
    is_published = row is None or row["family"] in {r["name"] for r in DEVICE_ROWS}
    known = is_published or all(
        row[name] for name in ("die_mm2", "process_nm", "tdp_w", "memory_gb")
    )
    has_memory = "host" in job and "memory_gb" in job and job["host"] not in WITH_MEMORY
    return "modelled" if known and not has_memory else "assumed"


def coverage_of(job):
    names = "accelerator cpu memory static storage network supply_losses facility_overhead"
    coverage = dict.fromkeys([*names.split(), "embodied", "water"], "missing")
    if embodied_kg(job) is not None:
        coverage["embodied"] = embodied_method(job)
    if "accelerator" in job or "power_w" in job:
        coverage["accelerator"] = "modelled"
    if "cpu" in job:
        coverage["cpu"] = "modelled"
    if "memory_gb" in job:
        coverage["memory"] = "modelled"
    if "static_w" in job:
        coverage["static"] = "given"
    if "supply_efficiency" in job:
        coverage["supply_losses"] = "given"
    if "host" in job:
        of_class = {"cpu": "assumed", "memory": "assumed"}
        of_class |= {"static": "modelled", "supply_losses": "modelled"}
        coverage |= {k: method for k, method in of_class.items() if coverage[k] == "missing"}
    if "energy_kwh" in job:
        coverage["accelerator"] = "given"
    if job.get("energy_at") == "chips":
        coverage["cpu"] = coverage["memory"] = "given"
    if job.get("energy_at") in ("it", "facility"):
        for name in ("cpu", "memory", "static", "supply_losses"):
            coverage[name] = "given"
    if "pue" in job or job.get("energy_at") == "facility":
        # The provider's PUE is a table's figure, not the user's: counted, so not 'missing'.
        coverage["facility_overhead"] = "modelled" if job.get("pue") == "provider" else "given"
    return coverage


def as_json(**figures):
    return {
        name: figure and dict(zip(("value", "low", "high"), map(float, figure), strict=True))
        for name, figure in figures.items()
    }


def expected_of(job):
    parts, chips, it, facility = energies_kwh(job)
    charged = it if facility is None else facility
    intensity = intensity_g_per_kwh(job)
    location = intensity and times(product([charged, intensity]), 1 / 1000)
    market = job.get("market_intensity")
    market = None if market is None else times(charged, market / 1000)
    grid_water = grid_water_l_per_kwh(job)
    grid_water_l = grid_water and product([charged, grid_water])
    kind = None if grid_water is None else "consumption"
    return {
        "energy_kwh": as_json(
            accelerator=parts["accelerator"], chips=chips, it=it, facility=facility
        ),
        "components_kwh": as_json(**parts),
        "emissions_kg": as_json(
            location_based=location, market_based=market, embodied=embodied_kg(job)
        ),
        "water_l": {"kind": kind} | as_json(site=None, grid=grid_water_l, total=None),
        "coverage": coverage_of(job),
    }


# The jobs: `i` counts within a kind, so that every n-th job carries one input more
def some(low, high, digits=2):
    return round(RNG.uniform(low, high), digits)


def one_of(*choices):
    return RNG.choice(choices)


def every(n, i, **inputs):
    return inputs if i % n == 0 else {}


def work():
    hours = round(10 ** RNG.uniform(-1, 3.7), 2)
    return {"accelerator": one_of(*TDP_W), "count": one_of(1, 2, 4, 8, 64, 1024), "hours": hours}


def cpu():
    return {"cpu": one_of(*CPU_TDP_W), "cpu_count": one_of(1, 2, 8)}


def place():
    zone = one_of("FR", "DE", "US", "IN", "ZA", "NO", "BR")
    dated = {"zone": zone, "year": RNG.randint(2012, 2026)}
    where = one_of({}, {"intensity": some(5, 900, 1)}, {"zone": zone}, dated)
    return where | one_of({}, {"pue": some(1.05, 2)})


def device_hours_job(i):
    job = {"accelerator": one_of(*TDP_W), "device_hours": some(0.1, 5000)} | place()
    # What stands beside the devices runs for device_hours / count.
    return job | every(2, i, count=one_of(2, 8, 64)) | every(4, i, memory_gb=512, static_w=150)


def power_job(i):
    job = {"power_w": some(5, 1200), "hours": some(0.1, 900), "count": one_of(1, 8)} | place()
    return job | every(2, i, accelerator=one_of(*TDP_W)) | every(3, i, utilization=some(0.1, 1))


def cpu_job(i):
    job = cpu() | place() | {"hours": some(0.1, 3000)} | every(4, i, memory_gb=one_of(8, 32))
    return job | every(3, i, cpu_utilization=some(0, 1)) | every(3, i + 1, utilization=some(0, 1))


def node_job(i):
    job = work() | cpu() | {"memory_gb": one_of(32, 128.5, 2048)} | place()
    job |= every(2, i, static_w=some(10, 800)) | every(3, i, supply_efficiency=some(0.8, 0.98))
    return job | every(4, i, utilization=some(0.2, 1)) | every(5, i, cpu_utilization=some(0.1, 1))


def energy_job(i):
    job = {"energy_kwh": some(0.1, 1e6, 3), "energy_at": ["accelerator", "it", "facility"][i % 3]}
    job |= place() | every(4, i, repeats=one_of(2, 3, 10))
    job |= every(6, i, hours=some(1, 900), memory_gb=256, **cpu())  # i % 6: at the accelerator
    return job | every(6, i - 3, hours=some(1, 900), static_w=120, supply_efficiency=0.92)


def zone_job(i):
    row = one_of(*[row for row in INTENSITIES if "-" in row["zone"] or i % 2])  # it can be asked
    job = work() | {"zone": row["zone"]} | ({"year": RNG.randint(2003, 2027)} if i % 5 else {})
    return job | every(4, i // 2, basis=row["basis"]) | every(3, i, grid_source=row["source"])


def zone_year_job(i):
    country = one_of(*[row["zone"] for row in INTENSITIES if row["source"] == "owid_ember_2022"])
    year = [*range(2000, 2026), 1995, 1999, 2026, 2040][i % 30]
    return work() | {"zone": country, "year": year} | every(4, i, grid_source="owid_ember_2022")


def region_job(i):
    job = work() | {"region": one_of(*REGION_ZONE)} | every(2, i, year=RNG.randint(2017, 2027))
    return job | (every(5, i - 1, pue=1.15) if i % 5 < 2 else {"pue": "provider"})


def host_job(i):
    job = {"host": [*MACHINES][i % len(MACHINES)], "hours": some(0.1, 900)} | place()
    job |= {"vcpus": one_of(2, 8, 96)} if job["host"] == "cloud-vm" else {}
    if i % 5 == 0:
        return job | {"energy_kwh": some(0.01, 500, 3), "energy_at": "chips"}
    job |= every(2, i, accelerator=one_of(*TDP_W), count=one_of(1, 2, 8))
    job |= every(3, i, **cpu()) | every(4, i, memory_gb=64) | every(6, i, repeats=3)
    job |= every(7, i, static_w=some(10, 800)) | every(9, i, supply_efficiency=some(0.8, 0.98))
    return job | (every(5, i - 1, hosts=one_of(0.25, 2)) if "vcpus" not in job else {})


NODE = {"accelerator": "NVIDIA H100 SXM5 80GB", "count": 8, "hours": 24}
XEON = {"cpu": "Intel Xeon Gold 6252", "hours": 10}
WORKED = [  # DESIGN.md section 3: 15 kg; 384 and 460.8 kWh, 161.28 kg; 384 GPU-hours
    {"power_w": 300, "hours": 100, "intensity": 500},
    {"power_w": 400, "count": 8, "hours": 120, "pue": 1.2, "intensity": 350},
    {"accelerator": "NVIDIA A100 SXM4 80GB", "count": 16, "hours": 24},
]
EDGES = [
    NODE | {"hours": 0, "zone": "FR"},
    {"power_w": 250, "device_hours": 0, "intensity": 100, "pue": 1.5},
    NODE | {"utilization": 0, "zone": "PL", "pue": 1.3},
    NODE | {"utilization": 0, "cpu": XEON["cpu"], "memory_gb": 512, "zone": "PL"},
    XEON | {"cpu_utilization": 0, "zone": "IT"},
    XEON | {"utilization": 0, "memory_gb": 64, "intensity": 300},
    NODE | {"intensity": 0, "market_intensity": 0, "pue": 1.1},
    NODE | {"zone": "BI", "year": 2005},  # the table's own figure is 0
    NODE | {"zone": "SE", "intensity": 30},  # a given intensity goes before the zone's
    NODE | {"zone": "US-CA", "year": 2018},  # 2016 and 2020 are as near: the later
    NODE | {"zone": "CA-QC", "year": 2020},  # 2019 and 2021
    NODE | {"zone": "CA-QC", "year": 2019},  # life cycle goes before the year
    NODE | {"pue": 1, "supply_efficiency": 1, "zone": "IS"},
    NODE | {"memory_gb": 0, "static_w": 0, "zone": "ES"},
    {"energy_kwh": 0, "energy_at": "facility", "zone": "CN", "pue": 1.4},
    {"power_w": 0.001, "hours": 1e-06, "intensity": 0.01},
    {"energy_kwh": 1e-12, "energy_at": "it", "zone": "NO", "pue": 1.01},
    NODE | {"count": 1000000, "hours": 87600, "zone": "IN", "pue": 3},
    {"energy_kwh": 1000000000000.0, "energy_at": "facility", "zone": "ZA", "pue": 2.5},
    NODE | {"repeats": 1000000, "zone": "KZ", "year": 2012},
    NODE | {"accelerator": "NVIDIA GB200", "cpu": "AMD Opteron X2170 APU"},  # names near others
]
KINDS = {  # how many, and how one is made
    "worked": (len(WORKED), lambda i: WORKED[i]),
    "accelerator": (24, lambda i: work() | place()),
    "device_hours": (24, device_hours_job),
    "utilization": (24, lambda i: work() | place() | {"utilization": some(0.05, 1)}),
    "power": (24, power_job),
    "cpu": (24, cpu_job),
    "node": (30, node_job),
    "energy": (36, energy_job),
    "zone": (64, zone_job),
    "zone_year": (60, zone_year_job),
    "market": (20, lambda i: work() | place() | {"market_intensity": some(0, 700, 1)}),
    "repeats": (20, lambda i: [node_job, cpu_job][i % 2](i) | {"repeats": one_of(2, 10, 1.5)}),
    "region": (28, region_job),
    "edge": (len(EDGES), lambda i: EDGES[i]),
    "host": (48, host_job),
}


def golden_text():
    RNG.seed(20261122)
    lines = []
    for kind, (how_many, inputs_of) in KINDS.items():
        for i in range(how_many):
            inputs = inputs_of(i)
            job = {"id": f"job-{len(lines) + 1:03}", "kind": kind, "inputs": inputs}
            lines.append(json.dumps(job | {"expected": expected_of(inputs)}) + "\n")
    return "".join(lines)


if __name__ == "__main__":
    if sys.argv[1:] != ["--check"]:
        JOBS.write_text(golden_text(), encoding="utf-8")
    elif not JOBS.exists() or JOBS.read_text(encoding="utf-8") != golden_text():
        sys.exit(f"{JOBS.name} is not what make_golden.py writes; run it without --check.")
