// The script of Vestnik, beside a few lines in early.js. Pages work without it; with it forms open
// in a modal, toasts appear, keys work, the focus survives a swap, every failed request ends in a word.
// Modules listen to the same events of htmx in the order in which they stand here.
import "./toasts.js";
import "./focus.js";
import "./unfolded.js";
import "./still.js";
import "./typed.js";
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
import "./lines.js";
import "./preview.js";
import "./lint.js";
import "./drop.js";
import "./media.js";
import "./bulk.js";
import "./blocks.js";
import "./rich.js";
