"""The demo department of a newcomer's first minutes: loaded, kept alive by traffic, taken away before going live."""
