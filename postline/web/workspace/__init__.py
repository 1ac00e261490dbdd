"""The agents' workspace: my place, a queue, a ticket and what is done with it. One view file for each screen."""
