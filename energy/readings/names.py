"""Names of the series that are read. The unit is in the name: a kWh register can't pass for a Wh one."""

from __future__ import annotations

METER_ENERGY = {
    "Wh": "estran_meter_energy_wh_total",
    "kWh": "estran_meter_energy_kwh_total",
    "J": "estran_meter_energy_joules_total",
}

CPU_USED = "estran_namespace_cpu_core_seconds_total"
CPU_RESERVED = "estran_namespace_cpu_reserved_cores"
GPU_USED = "estran_namespace_gpu_busy_seconds_total"
GPU_RESERVED = "estran_namespace_gpu_reserved"
NAMESPACE_SERIES = (CPU_USED, CPU_RESERVED, GPU_USED, GPU_RESERVED)

PLATFORM = "_platform"
FREE = "_free"
RESIDUAL = "_residual"
VIRTUAL_ACCOUNTS = (PLATFORM, FREE, RESIDUAL)
