"""The main job, step by step, as a newcomer would type it."""
