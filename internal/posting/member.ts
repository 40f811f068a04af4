import "./save.ts";
import "./crop.ts";
import "./rows.ts";
