-- Energy of every job, part by part [J], and how far each part may be off.
-- A column of DOUBLE comes first in every product: literals are DECIMAL in Spark and PostgreSQL.
-- OFFSET 0 keeps PostgreSQL from putting each name's expression wherever it is used, which grows
-- without end; to the others it is nothing.
-- `least` is 1e-300, so that nothing over nothing is 0 without a case, which costs twice as much.
counted AS (
  SELECT
    j.*, f.*,
    COALESCE(j.gpus, f.accelerators_of_machine * COALESCE(j.nodes, f.one)) AS accelerators,
    COALESCE(j.cpus, CASE
      WHEN COALESCE(j.gpus, f.accelerators_of_machine) > 0 THEN f.cpus_per_accelerator
        * COALESCE(j.gpus, f.accelerators_of_machine * COALESCE(j.nodes, f.one))
      WHEN j.nodes IS NULL THEN f.one
      ELSE f.cpus_of_machine * j.nodes END) AS cpu_count,
    CASE WHEN f.is_meter_trusted = 1 THEN j.node_energy_j ELSE NULL END AS meter_j
  FROM jobs j
  JOIN factors f ON f.factor_key = j.kind * 10000 + j.year
),
held AS (
  SELECT
    c.*,
    one * elapsed_s * accelerators AS device_s,
    one * elapsed_s * cpu_count AS set_aside_s,
    COALESCE(memory_gb, CASE
      WHEN accelerators > 0 THEN memory_gb_per_accelerator * accelerators
      ELSE memory_gb_per_cpu * cpu_count END) AS held_gb,
    CASE WHEN cpu_s > elapsed_s * cpu_count THEN one * elapsed_s * cpu_count ELSE cpu_s END
      AS busy_s,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN one ELSE supply_inverse END AS supply,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN nothing ELSE supply_up_sq END AS supply_up,
    CASE WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1
      THEN nothing ELSE supply_down_sq END AS supply_down
  FROM counted c
),
parts AS (
  SELECT
    h.*,
    CASE
      WHEN meter_j IS NOT NULL AND has_meter_accelerators = 1 THEN nothing
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_energy_j
      WHEN gpu_load IS NOT NULL THEN (accelerator_idle_w + accelerator_load_w * gpu_load) * device_s
      ELSE accelerator_w * device_s END AS accelerators_j,
    CASE
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_meter_up
      WHEN gpu_load IS NOT NULL THEN (accelerator_idle_up_w + accelerator_load_up_w * gpu_load)
        / (accelerator_idle_w + accelerator_load_w * gpu_load + least)
      ELSE accelerator_up END AS a_up,
    CASE
      WHEN accelerator_energy_j IS NOT NULL THEN accelerator_meter_down
      WHEN gpu_load IS NOT NULL THEN (accelerator_idle_down_w + accelerator_load_down_w * gpu_load)
        / (accelerator_idle_w + accelerator_load_w * gpu_load + least)
      ELSE accelerator_down END AS a_down,
    CASE
      WHEN meter_j IS NOT NULL THEN nothing
      WHEN cpu_s IS NULL THEN cpu_w * set_aside_s
      ELSE cpu_idle_w * set_aside_s
        + cpu_busy_w * busy_s
          * (threads_per_core - (threads_per_core - one) * (busy_s / (set_aside_s + least)))
      END AS cpus_j,
    CASE WHEN cpu_s IS NULL THEN cpu_up ELSE cpu_law_up END AS c_up,
    CASE WHEN cpu_s IS NULL THEN cpu_down ELSE cpu_law_down END AS c_down,
    CASE WHEN meter_j IS NOT NULL THEN nothing
      ELSE memory_w_per_gb * held_gb * elapsed_s END AS memory_j,
    CASE
      WHEN meter_j IS NOT NULL AND is_meter_at_wall = 1 THEN nothing
      WHEN accelerators > 0 THEN static_w_per_accelerator * device_s
      ELSE static_w_per_cpu * set_aside_s END AS static_j,
    COALESCE(meter_j, nothing) AS metered_j
  FROM held h
  OFFSET 0
),
delivered AS (
  SELECT
    p.*,
    accelerators_j + cpus_j + memory_j + static_j + metered_j AS delivered_j,
    sqrt(
      (accelerators_j * a_up) * (accelerators_j * a_up) + (cpus_j * c_up) * (cpus_j * c_up)
      + (memory_j * memory_up) * (memory_j * memory_up)
      + (static_j * static_up) * (static_j * static_up)
      + (metered_j * node_meter_up) * (metered_j * node_meter_up)) AS up_j,
    sqrt(
      (accelerators_j * a_down) * (accelerators_j * a_down) + (cpus_j * c_down) * (cpus_j * c_down)
      + (memory_j * memory_down) * (memory_j * memory_down)
      + (static_j * static_down) * (static_j * static_down)
      + (metered_j * node_meter_down) * (metered_j * node_meter_down)) AS down_j
  FROM parts p
),
widths AS (
  SELECT
    d.*,
    ln(one + up_j / (delivered_j + least)) AS up_log,
    ln(one - down_j / (delivered_j + least)) AS down_log
  FROM delivered d
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
