// The only script of Vestnik. Pages work without it; with it forms open in a modal, toasts
// appear, keys work, the focus survives a swap, and every failed request ends in a visible word.
// Modules listen to the same events of htmx in the order in which they stand here.
import "./toasts.js";
import "./focus.js";
import "./unfolded.js";
import "./still.js";
import "./modal.js";
import "./history.js";
import "./csrf.js";
import "./once.js";
import "./failures.js";
import "./waiting.js";
import "./menu.js";
import "./keys.js";
import "./look.js";
import "./picker.js";
import "./when.js";
import "./draft.js";
import "./insert.js";
import "./drop.js";
import "./bulk.js";
