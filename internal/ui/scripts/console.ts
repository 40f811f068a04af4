import "htmx.org/dist/htmx.esm.js";
import "./common.ts";
import "./peek.ts";
import "./grid.ts";
import "./board.ts";
import "./combo.ts";
import "./forms.ts";
import "./keys.ts";
