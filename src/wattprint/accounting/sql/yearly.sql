-- Every job at the mean intensity of its year.
charged AS (
  SELECT
    e.*,
    location_ug_per_j AS ug_per_j,
    location_up_sq AS ug_up_sq,
    location_down_sq AS ug_down_sq
  FROM energy e
)
