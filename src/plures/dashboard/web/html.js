// The one door to the code of others: views import from here.
import { h, render } from "./vendored/preact.js";
import htm from "./vendored/htm.js";

export { render };
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendored/hooks.js";
export const html = htm.bind(h);
