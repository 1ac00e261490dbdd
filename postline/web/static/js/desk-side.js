// The queues on the left and the figures on the strip, kept up to date on every page of the desk.
import { renewFrom, soon } from "./renew.js";

const PAUSE_MS = 5000; // sixty people look at them all day

/** Asks for fresh figures; more often than every few seconds nothing happens. */
export const renewSide = soon(() => {
  const side = document.getElementById("side");
  return side && renewFrom(side.dataset.address);
}, PAUSE_MS);
