from config.settings.test import *

REACTIONS = "tests.relaying.reactions"
