-- Whole joules, micrograms and microlitres of every job: sums of integers are the same in any
-- order of rows and on any number of threads.
made AS (
  SELECT
    c.*,
    accelerator_made_ug_per_s * device_s AS accelerator_made,
    CASE WHEN accelerators > 0 THEN host_made_ug_per_accelerator_s * device_s
      ELSE host_made_ug_per_cpu_s * set_aside_s END AS machine_made,
    memory_made_ug_per_gb_s * (held_gb * elapsed_s) AS memory_made,
    facility * ug_per_j AS location,
    facility * market_ug_per_j AS market,
    it * site_water_ul_per_j AS site_water,
    facility * grid_water_ul_per_j AS grid_water,
    supply * pue * ug_per_j AS ug_of_part,
    -- What was set aside and not used, where the log tells: behind the supply, before the PUE.
    CASE WHEN memory_used_gb IS NULL OR meter_j IS NOT NULL THEN NULL
      WHEN memory_used_gb >= held_gb THEN 0e0
      ELSE memory_j * (1 - memory_used_gb / held_gb) END AS unused_memory,
    CASE WHEN cpu_s IS NULL OR meter_j IS NOT NULL THEN NULL
      WHEN cpu_s >= set_aside_s THEN 0e0
      ELSE cpu_idle_w * (set_aside_s - cpu_s)
        + CASE WHEN accelerators > 0 THEN 0e0 ELSE static_w_per_cpu END
          * (set_aside_s - cpu_s) END AS unused_cpu,
    CASE WHEN gpu_load < 0.01 THEN device_s
      WHEN gpu_load IS NOT NULL THEN 0e0 ELSE NULL END AS idle_s,
    CASE WHEN gpu_load IS NULL OR (meter_j IS NOT NULL AND has_meter_accelerators = 1) THEN NULL
      WHEN gpu_load < 0.01 THEN accelerators_j ELSE 0e0 END AS idle_accelerator
  FROM charged c
),
embodied AS (
  SELECT
    m.*,
    accelerator_made + machine_made + memory_made AS embodied,
    accelerator_made * accelerator_made AS accelerator_made_sq,
    machine_made * machine_made AS machine_made_sq,
    memory_made * memory_made AS memory_made_sq
  FROM made m
),
lived AS (
  SELECT
    m.*,
    ln(1 + sqrt(accelerator_made_sq * accelerator_made_up_sq + machine_made_sq * host_made_up_sq
      + memory_made_sq * memory_made_up_sq) / (embodied + 1e-300)) AS made_up_log,
    ln(1 - sqrt(accelerator_made_sq * accelerator_made_down_sq + machine_made_sq * host_made_down_sq
      + memory_made_sq * memory_made_down_sq) / (embodied + 1e-300)) AS made_down_log
  FROM embodied m
)
SELECT
  job_id, cluster, user_name, account, project, team, partition_name, accelerator, instance,
  region, state, kind, year, month, day, start_s, end_s, elapsed_s,
  CASE WHEN meter_j IS NOT NULL THEN 'measured' ELSE 'modelled' END AS method,
  CAST(floor(device_s + 0.5) AS BIGINT) AS accelerator_s,
  CAST(floor(set_aside_s + 0.5) AS BIGINT) AS cpu_set_aside_s,
  CAST(floor(accelerators_j + 0.5) AS BIGINT) AS accelerator_j,
  CAST(floor(cpus_j + 0.5) AS BIGINT) AS cpu_j,
  CAST(floor(memory_j + 0.5) AS BIGINT) AS memory_j,
  CAST(floor(static_j + 0.5) AS BIGINT) AS static_j,
  CAST(floor(metered_j + 0.5) AS BIGINT) AS metered_j,
  CAST(floor(it + 0.5) AS BIGINT) AS it_j,
  CAST(floor(it * exp(-sqrt(it_down_sq)) + 0.5) AS BIGINT) AS it_low_j,
  CAST(floor(it * exp(sqrt(it_up_sq)) + 0.5) AS BIGINT) AS it_high_j,
  CAST(floor(facility + 0.5) AS BIGINT) AS facility_j,
  CAST(floor(facility * exp(-sqrt(facility_down_sq)) + 0.5) AS BIGINT) AS facility_low_j,
  CAST(floor(facility * exp(sqrt(facility_up_sq)) + 0.5) AS BIGINT) AS facility_high_j,
  CAST(floor(location + 0.5) AS BIGINT) AS location_ug,
  CAST(floor(location * exp(-sqrt(facility_down_sq + ug_down_sq)) + 0.5) AS BIGINT)
    AS location_low_ug,
  CAST(floor(location * exp(sqrt(facility_up_sq + ug_up_sq)) + 0.5) AS BIGINT)
    AS location_high_ug,
  CAST(floor(facility * location_ug_per_j + 0.5) AS BIGINT) AS location_at_year_mean_ug,
  CAST(floor(market + 0.5) AS BIGINT) AS market_ug,
  CAST(floor(market * exp(-sqrt(facility_down_sq + market_down_sq)) + 0.5) AS BIGINT)
    AS market_low_ug,
  CAST(floor(market * exp(sqrt(facility_up_sq + market_up_sq)) + 0.5) AS BIGINT)
    AS market_high_ug,
  CAST(floor(embodied + 0.5) AS BIGINT) AS embodied_ug,
  CAST(floor(embodied * exp(-sqrt(made_down_log * made_down_log + life_down_sq)) + 0.5) AS BIGINT)
    AS embodied_low_ug,
  CAST(floor(embodied * exp(sqrt(made_up_log * made_up_log + life_up_sq)) + 0.5) AS BIGINT)
    AS embodied_high_ug,
  CAST(floor(site_water + 0.5) AS BIGINT) AS site_water_ul,
  CAST(floor(site_water * exp(-sqrt(it_down_sq + site_water_down_sq)) + 0.5) AS BIGINT)
    AS site_water_low_ul,
  CAST(floor(site_water * exp(sqrt(it_up_sq + site_water_up_sq)) + 0.5) AS BIGINT)
    AS site_water_high_ul,
  CAST(floor(grid_water + 0.5) AS BIGINT) AS grid_water_ul,
  CAST(floor(grid_water * exp(-sqrt(facility_down_sq + grid_water_down_sq)) + 0.5) AS BIGINT)
    AS grid_water_low_ul,
  CAST(floor(grid_water * exp(sqrt(facility_up_sq + grid_water_up_sq)) + 0.5) AS BIGINT)
    AS grid_water_high_ul,
  CAST(floor(unused_memory * supply * pue + 0.5) AS BIGINT) AS unused_memory_j,
  CAST(floor(unused_memory * ug_of_part + 0.5) AS BIGINT) AS unused_memory_ug,
  CAST(floor(unused_cpu * supply * pue + 0.5) AS BIGINT) AS unused_cpu_j,
  CAST(floor(unused_cpu * ug_of_part + 0.5) AS BIGINT) AS unused_cpu_ug,
  CAST(floor(idle_s + 0.5) AS BIGINT) AS idle_accelerator_s,
  CAST(floor(idle_accelerator * supply * pue + 0.5) AS BIGINT) AS idle_accelerator_j,
  CAST(floor(idle_accelerator * ug_of_part + 0.5) AS BIGINT) AS idle_accelerator_ug,
  notes, file, line
FROM lived
