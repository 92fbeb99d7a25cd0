// Where boxes stand in a graph: columns by how far calls have come, rows so that few edges cross. Boxes stand in groups, groups in columns too.

const depthsOf = (names, edges) => {
  const next = new Map(names.map((name) => [name, []]));
  const into = new Map(names.map((name) => [name, 0]));
  for (const { from, to } of edges) {
    if (from === to || !next.has(from) || !next.has(to)) continue;
    next.get(from).push(to);
  }
  // An edge that closes a circle leads back, and tells nothing of how far one has come.
  const state = new Map();
  const back = new Set();
  for (const start of names) {
    const open = [[start, 0]];
    while (open.length) {
      const [name, place] = open[open.length - 1];
      if (place === 0) { if (state.get(name)) { open.pop(); continue; } state.set(name, 1); }
      const to = next.get(name)[place];
      if (to === undefined) { state.set(name, 2); open.pop(); continue; }
      open[open.length - 1][1] += 1;
      if (state.get(to) === 1) back.add(`${name}\n${to}`);
      else if (!state.get(to)) open.push([to, 0]);
    }
  }
  for (const name of names) next.set(name, [...new Set(next.get(name))].filter((to) => !back.has(`${name}\n${to}`)));
  for (const name of names) for (const to of next.get(name)) into.set(to, into.get(to) + 1);
  const depths = new Map(names.map((name) => [name, 0]));
  const ready = names.filter((name) => !into.get(name));
  while (ready.length) {
    const name = ready.shift();
    for (const to of next.get(name)) {
      depths.set(to, Math.max(depths.get(to), depths.get(name) + 1));
      into.set(to, into.get(to) - 1);
      if (!into.get(to)) ready.push(to);
    }
  }
  return depths;
};

const columnsOf = (names, edges) => {
  const depths = depthsOf(names, edges);
  const used = [...new Set(depths.values())].sort((a, b) => a - b);
  const columns = used.map((depth) => names.filter((name) => depths.get(name) === depth));
  const near = new Map(names.map((name) => [name, []]));
  for (const { from, to } of edges) if (near.has(from) && near.has(to) && from !== to) { near.get(from).push(to); near.get(to).push(from); }
  for (let round = 0; round < 6; round += 1) {
    const place = new Map(columns.flatMap((column) => column.map((name, row) => [name, (row + 0.5) / column.length])));
    const wish = (name) => { const others = near.get(name); return others.length ? others.reduce((sum, each) => sum + place.get(each), 0) / others.length : place.get(name); };
    for (const column of columns) column.sort((a, b) => wish(a) - wish(b) || (a < b ? -1 : 1));
  }
  return columns;
};

export const NODE = { width: 158, height: 46, across: 62, down: 16 };
const PAD = 14;
const AROUND = 26;
const HEAD = 24;
const BETWEEN = 20;
const MOST_DOWN = 9;

// Long columns are broken, so that a process of fifty capabilities is no tower.
const broken = (columns) => columns.flatMap((column) => {
  if (column.length <= MOST_DOWN) return [column];
  const many = Math.ceil(column.length / MOST_DOWN);
  const each = Math.ceil(column.length / many);
  return Array.from({ length: many }, (_, part) => column.slice(part * each, (part + 1) * each));
});

// Columns of what stands in the way, each from the left to the right: of groups, and of the nodes of each group.
export const layout = (groups, edges) => {
  const groupOf = new Map(groups.flatMap((group) => group.nodes.map((node) => [node.id, group.id])));
  const placed = new Map();
  const sizes = new Map();
  for (const group of groups) {
    const columns = broken(columnsOf(group.nodes.map((node) => node.id), edges));
    const rows = Math.max(1, ...columns.map((column) => column.length));
    columns.forEach((column, at) => column.forEach((name, row) => placed.set(name, {
      x: PAD + at * (NODE.width + NODE.across),
      y: HEAD + PAD / 2 + (row + (rows - column.length) / 2) * (NODE.height + NODE.down),
    })));
    sizes.set(group.id, {
      columns,
      width: 2 * PAD + Math.max(1, columns.length) * (NODE.width + NODE.across) - NODE.across,
      height: HEAD + PAD + rows * (NODE.height + NODE.down) - NODE.down / 2,
    });
  }
  const between = edges.map(({ from, to }) => ({ from: groupOf.get(from), to: groupOf.get(to) })).filter(({ from, to }) => from && to && from !== to);
  const columns = broken(columnsOf(groups.map((group) => group.id), between));
  const boxes = new Map();
  const heights = columns.map((column) => column.reduce((sum, id) => sum + sizes.get(id).height + BETWEEN, -BETWEEN));
  const height = Math.max(0, ...heights) + 2 * AROUND;
  const walls = [];
  let x = PAD;
  columns.forEach((column, at) => {
    let y = AROUND + (height - 2 * AROUND - heights[at]) / 2;
    const width = Math.max(...column.map((id) => sizes.get(id).width));
    for (const id of column) {
      boxes.set(id, { x, y, column: at, width: sizes.get(id).width, height: sizes.get(id).height });
      y += sizes.get(id).height + BETWEEN;
    }
    walls.push({ x, width, boxes: column.map((id) => boxes.get(id)) });
    x += width + NODE.across;
  });
  for (const [name, place] of placed) {
    const box = boxes.get(groupOf.get(name));
    placed.set(name, { x: place.x + box.x, y: place.y + box.y, height: NODE.height, group: groupOf.get(name) });
  }
  for (const group of groups) {
    boxes.get(group.id).walls = sizes.get(group.id).columns.map((column) => {
      const nodes = column.map((name) => placed.get(name));
      return { x: nodes[0].x, width: NODE.width, boxes: nodes };
    });
  }
  return { boxes, walls, nodes: placed, width: Math.max(PAD, x - NODE.across + PAD), height };
};

// How edges go: through the gaps between what stands in their way. Those of one node share a lane.
export const routes = (placed, edges) => {
  const lanes = new Map();
  return edges.map(({ from, to }) => route(placed, lanes, placed.nodes.get(from), placed.nodes.get(to), from));
};

const middle = (node) => node.y + NODE.height / 2;

const route = (placed, lanes, a, b, name) => {
  if (a === b) { const x = a.x + NODE.width; return { path: `M${x} ${a.y + 10}h16v${NODE.height - 20}h-14`, x: x + 24, y: middle(a) }; }
  if (b.x >= a.x + NODE.width) return through(placed, lanes, a, b, name, false);
  if (a.x >= b.x + NODE.width) return through(placed, lanes, b, a, name, true);
  // In one column, at its right side.
  const [x1, y1, x2, y2] = [a.x + NODE.width, middle(a), b.x + NODE.width + 2, middle(b)];
  const out = Math.max(x1, x2) + 34;
  return { path: `M${x1} ${y1}C${out} ${y1} ${out} ${y2} ${x2} ${y2}`, x: out - 10, y: (y1 + y2) / 2 };
};

// From the left to the right, or the same way back.
const through = (placed, lanes, left, right, name, isBack) => {
  const [x1, y1, x2, y2] = [left.x + NODE.width + (isBack ? 2 : 0), middle(left), right.x - (isBack ? 0 : 2), middle(right)];
  const at = (x) => y1 + ((y2 - y1) * (x - x1)) / Math.max(1, x2 - x1);
  const points = [[x1, y1]];
  let y = y1;
  for (const wall of wallsOf(placed, left, right)) {
    const [from, until] = [wall.x - 8, wall.x + wall.width + 8];
    // Beside narrower boxes of its own column it goes straight on.
    y = wall.isOwn ? y : gap(lanes, wall, at(wall.x + wall.width / 2), name);
    points.push([Math.max(x1, from), y], [Math.min(x2, until), y]);
  }
  points.push([x2, y2]);
  if (isBack) points.reverse();
  const half = points.length / 2;
  const [m, n] = [points[Math.floor(half - 0.5)], points[Math.ceil(half - 0.5)]];
  return { path: smooth(points), x: (m[0] + n[0]) / 2, y: (m[1] + n[1]) / 2 };
};

const wallsOf = (placed, left, right) => {
  const [from, to] = [placed.boxes.get(left.group), placed.boxes.get(right.group)];
  const inside = (box, test) => box.walls.filter(test);
  if (left.group === right.group) return inside(from, (wall) => wall.x > left.x && wall.x < right.x);
  const own = placed.walls[from.column];
  return [
    ...inside(from, (wall) => wall.x > left.x),
    ...(own.width > from.width ? [{ x: from.x + from.width - 8, width: own.width - from.width, isOwn: true }] : []),
    ...placed.walls.slice(from.column + 1, to.column),
    ...inside(to, (wall) => wall.x < right.x),
  ];
};

// The gap that is nearest, and in it a lane of one's own.
const gap = (lanes, wall, wish, name) => {
  const { boxes } = wall;
  const found = [{ y: boxes[0].y - 12, room: 8 }, { y: boxes[boxes.length - 1].y + boxes[boxes.length - 1].height + 12, room: 8 }];
  for (let at = 1; at < boxes.length; at += 1) {
    const above = boxes[at - 1].y + boxes[at - 1].height;
    found.push({ y: (above + boxes[at].y) / 2, room: (boxes[at].y - above) / 2 - 4 });
  }
  const best = found.reduce((one, other) => (Math.abs(other.y - wish) < Math.abs(one.y - wish) ? other : one));
  const key = `${wall.x} ${best.y}`;
  const taken = lanes.get(key) || new Map();
  lanes.set(key, taken);
  if (!taken.has(name)) taken.set(name, taken.size);
  const step = taken.get(name);
  const off = Math.ceil(step / 2) * 4 * (step % 2 ? 1 : -1);
  return best.y + Math.max(-best.room, Math.min(best.room, off));
};

const smooth = (points) => points.slice(1).reduce((path, [x, y], index) => {
  const [before, level] = points[index];
  if (level === y) return `${path}L${x} ${y}`;
  const bend = (x - before) / 2;
  return `${path}C${before + bend} ${level} ${x - bend} ${y} ${x} ${y}`;
}, `M${points[0].join(" ")}`);
