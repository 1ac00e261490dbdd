// Where nobody waits, or nothing is free: shows by itself that somebody does.
import { listen } from "./live.js";
import { renewFrom, soon } from "./renew.js";

const renewPage = soon(() => renewFrom(location.href));
listen({ ticket: renewPage, lost: renewPage });
