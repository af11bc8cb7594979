"""Every refusal of the site file, by kind: one catalogue message each, with what to write instead."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from infra.inventory.errors import N_

MESSAGES: dict[str, str] = {
    # shape
    "extra_forbidden": N_("unknown key; known here: {known}"),
    "missing": N_("this key is missing; write it"),
    "string_type": N_("{value} is not text; write it between quotes"),
    "other": N_("{value} does not fit: {reason}"),
    "duplicate_key": N_("the key '{key}' is written twice, first at line {first}; keep one"),
    # values
    "dns_label": N_("'{value}' is not a DNS label (lower-case letters, digits and '-', a letter first, "
                    "63 at most); write for instance '{suggestion}'"),
    "number_with_unit": N_("'{value}' carries a unit, but the key already names it; "
                           "write the bare number in the key's unit"),
    "siret": N_("'{value}' is not a SIRET; write its 14 digits between quotes, the last being the check digit"),
    "cpu_quantity": N_("{value} is not a CPU quantity; write for instance 4 or 500m"),
    "byte_quantity": N_("{value} is not a size with a binary unit (Ki, Mi, Gi, Ti); write for instance {suggestion}"),
    "timezone": N_("'{value}' is not a time zone of the IANA database; write for instance Europe/Paris"),
    # feeds
    "unknown_reference": N_("'{value}' does not exist; known {kind}: {known}"),
    "wrong_parent": N_("'{value}' can't feed this; feed it from one of: {kinds}"),
    "feed_loop": N_("the feeds run in a loop: {loop}; feed one of them from upstream instead"),
    "idle_outlet": N_("this outlet feeds nothing; name it in a node's or a machine's feeds, or remove it"),
    "shared_outlet": N_("outlet '{value}' already feeds '{other}'; give each its own"),
    "not_redundant": N_("its outlets all hang on UPS {ups}; take outlets of two UPSs, one on feed A and one on feed B, "
                        "or write 'redundant: false'"),
    "outlet_too_small": N_("outlet '{value}' is rated {rating_w} W, under the node's nameplate of {nameplate_w} W"),
    # placement
    "slot_taken": N_("slot {slot} of '{enclosure}' is already taken by '{other}'"),
    "slot_outside": N_("it ends at slot {slot}, but '{enclosure}' has {height} slots"),
    "duplicate_value": N_("'{value}' is already the {what} of '{other}'"),
    "wrong_zone": N_("zone '{zone}' is of kind {kind}; a {enclosure} stands in a zone of kind {wanted}"),
    "meter_overlap": N_("meter '{other}' already stands there, on the same side, for the same quantity"),
    # energy policy
    "unknown_pool": N_("'{value}' is no pool of common energy; known: {known}"),
    "drivers_over_one": N_("the drivers of '{value}' give away {total} of it in all; "
                           "write parts that add up to 1 or less"),
    "gpu_sharing": N_("boards shared as '{sharing}' with {replicas} replicas and the MIG profile {mig} can't be; write "
                      "'sharing: mig' with a profile, or 2 replicas or more for time-slice, mps and vgpu, 1 otherwise"),
    "registration_reversed": N_("this device leaves ({until}) before it came ({since}); mend one of the two"),
    "registration_overlap": N_("this device comes on {since}, but '{other}' stands there until {until}; one place "
                               "has one register at a time: write the other's 'until', or list devices in time order"),
    "registration_serial": N_("the meter's serial is '{value}', but the device that stands there now is '{other}'; "
                              "write the same in both"),
    # tenancy
    "tenant_loop": N_("the tenants are each other's parents: {loop}"),
    "dates_reversed": N_("the convention ends ({ends}) before it starts ({starts})"),
    "over_parent": N_("children and namespaces of '{tenant}' hold {asked} of {resource}, "
                      "but its convention has {available}"),
    "over_capacity": N_("tenants without a parent hold {asked} of {resource} in all, "
                        "but the workers offer {available} once the platform's reserve is taken"),
    "gpu_without_grant": N_("the quota holds {gpus} GPU, but the convention does not grant them; "
                            "add 'gpu' to its grants, or write 'gpu: 0'"),
    "name_too_long": N_("the namespace '{value}' has {length} characters, 63 at most; shorten one of its two names"),
    "image_not_allowed": N_("'{value}' does not come from an allowed registry ({registries})"),
    "model_too_big": N_("no node has {gpus} free GPUs of product '{product}' together; "
                        "lower gpu_per_replica or name another product"),
    # carbon
    "instrument_dates": N_("the instrument ends ({until}) before it starts ({since}); write its first day, "
                           "then the day after its last"),
    "instrument_hours": N_("{count} weights are written, or all are zero; write 24, one for each local hour, "
                           "or none for a flat profile"),
    "embodied_order": N_("low {low}, mid {mid} and high {high} are not in this order; write them from low to high"),
    "asset_source": N_("its embodied carbon needs one source; write either 'factor' or 'kgco2e'"),
    "asset_node": N_("an asset of kind {asset} belongs to a node; write 'node'"),
    "fuel_dates": N_("it ends ({until}) before it starts ({since}); write its first day, then the day after its last"),
    "fuel_twice": N_("the litres of '{genset}' are known until {until} from '{other}'; write the day after it"),
    "over_allocated": N_("{tenants} hold {given} kWh of this instrument in all, but its volume is {volume} kWh; "
                         "lower their parts"),
    "certificate_twice": N_("certificate '{value}' already serves in '{other}'; a guarantee is used once"),
}


def refusal(kind: str, **figures: object) -> PydanticCustomError:
    """Return the error that a validator raises; its kind leads back to the message in the reader's language."""
    return PydanticCustomError(kind, MESSAGES[kind], figures)
