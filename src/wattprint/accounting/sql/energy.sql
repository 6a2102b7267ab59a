-- Energy of every job, part by part [J], and how far each part may be off.
-- A column of DOUBLE comes first in every product: other literals than 0e0 are DECIMAL in Spark and
-- all of them in PostgreSQL. A literal costs a third of what a column of the factors does: those of
-- one value for all jobs are literals in `placed`, before this (accounting/statements.py).
-- OFFSET 0 keeps PostgreSQL from putting each name's expression wherever it is used, which grows
-- without end; to the others it is nothing.
-- 1e-300 changes no figure but 0: nothing over nothing is 0 without a case, which costs twice as much.
counted AS (
  SELECT
    p.*,
    COALESCE(gpus, accelerators_of_machine * COALESCE(nodes, 1e0)) AS accelerators,
    COALESCE(cpus, CASE
      WHEN COALESCE(gpus, accelerators_of_machine) > 0 THEN cpus_per_accelerator
        * COALESCE(gpus, accelerators_of_machine * COALESCE(nodes, 1e0))
      WHEN nodes IS NULL THEN 1e0
      ELSE cpus_of_machine * nodes END) AS cpu_count,
    CASE WHEN is_meter_trusted = 1 THEN node_energy_j ELSE NULL END AS meter_j
  FROM placed p
),
held AS (
  SELECT
    c.*,
    accelerators * elapsed_s AS device_s,
    cpu_count * elapsed_s AS set_aside_s,
    COALESCE(memory_gb, CASE
      WHEN accelerators > 0 THEN memory_gb_per_accelerator * accelerators
      ELSE memory_gb_per_cpu * cpu_count END) AS held_gb,
    CASE WHEN cpu_s > cpu_count * elapsed_s THEN cpu_count * elapsed_s ELSE cpu_s END AS busy_s,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN 1e0 ELSE supply_inverse END AS supply,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN 0e0 ELSE supply_up_sq END AS supply_up,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN 0e0 ELSE supply_down_sq END AS supply_down
  FROM counted c
),
parts AS (
  SELECT
    h.*,
    CASE
      WHEN meter_j IS NOT NULL AND has_meter_accelerators = 1 THEN 0e0
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_energy_j
      WHEN gpu_load IS NOT NULL THEN (accelerator_idle_w + accelerator_load_w * gpu_load) * device_s
      ELSE accelerator_w * device_s END AS accelerators_j,
    CASE
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_meter_up_sq
      WHEN gpu_load IS NOT NULL THEN
        (accelerator_idle_up_w + accelerator_load_up_w * gpu_load)
        * (accelerator_idle_up_w + accelerator_load_up_w * gpu_load)
        / ((accelerator_idle_w + accelerator_load_w * gpu_load)
          * (accelerator_idle_w + accelerator_load_w * gpu_load) + 1e-300)
      ELSE accelerator_up_sq END AS a_up_sq,
    CASE
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_meter_down_sq
      WHEN gpu_load IS NOT NULL THEN
        (accelerator_idle_down_w + accelerator_load_down_w * gpu_load)
        * (accelerator_idle_down_w + accelerator_load_down_w * gpu_load)
        / ((accelerator_idle_w + accelerator_load_w * gpu_load)
          * (accelerator_idle_w + accelerator_load_w * gpu_load) + 1e-300)
      ELSE accelerator_down_sq END AS a_down_sq,
    CASE
      WHEN meter_j IS NOT NULL THEN 0e0
      WHEN cpu_s IS NULL THEN cpu_w * set_aside_s
      ELSE cpu_idle_w * set_aside_s
        + busy_s * (cpu_alone_w - cpu_shared_w * (busy_s / (set_aside_s + 1e-300)))
      END AS cpus_j,
    CASE WHEN cpu_s IS NULL THEN cpu_up_sq ELSE cpu_law_up_sq END AS c_up_sq,
    CASE WHEN cpu_s IS NULL THEN cpu_down_sq ELSE cpu_law_down_sq END AS c_down_sq,
    CASE WHEN meter_j IS NOT NULL THEN 0e0
      ELSE memory_w_per_gb * (held_gb * elapsed_s) END AS memory_j,
    CASE
      WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1 THEN 0e0
      WHEN accelerators > 0 THEN static_w_per_accelerator * device_s
      ELSE static_w_per_cpu * set_aside_s END AS static_j,
    COALESCE(meter_j, 0e0) AS metered_j
  FROM held h
  OFFSET 0
),
squared AS (
  SELECT
    p.*,
    accelerators_j + cpus_j + memory_j + static_j + metered_j AS delivered_j,
    accelerators_j * accelerators_j AS accelerators_sq,
    cpus_j * cpus_j AS cpus_sq,
    memory_j * memory_j AS memory_sq,
    static_j * static_j AS static_sq
  FROM parts p
),
widths AS (
  SELECT
    d.*,
    ln(1 + sqrt(accelerators_sq * a_up_sq + cpus_sq * c_up_sq + memory_sq * memory_up_sq
      + static_sq * static_up_sq + COALESCE(meter_j * meter_j * node_meter_up_sq, 0e0))
      / (delivered_j + 1e-300))
      AS up_log,
    ln(1 - sqrt(accelerators_sq * a_down_sq + cpus_sq * c_down_sq + memory_sq * memory_down_sq
      + static_sq * static_down_sq + COALESCE(meter_j * meter_j * node_meter_down_sq, 0e0))
      / (delivered_j + 1e-300))
      AS down_log
  FROM squared d
),
energy AS (
  SELECT
    w.*,
    delivered_j * supply AS it,
    delivered_j * supply * pue AS facility,
    up_log * up_log + supply_up AS it_up_sq,
    down_log * down_log + supply_down AS it_down_sq,
    up_log * up_log + supply_up + pue_up_sq AS facility_up_sq,
    down_log * down_log + supply_down + pue_down_sq AS facility_down_sq
  FROM widths w
  OFFSET 0
)
