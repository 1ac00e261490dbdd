// What every page does.
import * as keys from "./keys.js";
import * as keysCard from "./keys-card.js";
import * as toast from "./toast.js";

keys.start();
keysCard.start();
toast.start();
