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

export const NODE = { width: 158, height: 42, across: 62, down: 16 };
const PAD = 14;
const HEAD = 24;
const MOST_DOWN = 9;

// Long columns are broken, so that a process of fifty capabilities is no tower.
const broken = (columns) => columns.flatMap((column) => {
  if (column.length <= MOST_DOWN) return [column];
  const many = Math.ceil(column.length / MOST_DOWN);
  const each = Math.ceil(column.length / many);
  return Array.from({ length: many }, (_, part) => column.slice(part * each, (part + 1) * each));
});

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
      width: 2 * PAD + Math.max(1, columns.length) * (NODE.width + NODE.across) - NODE.across,
      height: HEAD + PAD + rows * (NODE.height + NODE.down) - NODE.down / 2,
    });
  }
  const between = edges.map(({ from, to }) => ({ from: groupOf.get(from), to: groupOf.get(to) })).filter(({ from, to }) => from && to && from !== to);
  const columns = broken(columnsOf(groups.map((group) => group.id), between));
  const boxes = new Map();
  const heights = columns.map((column) => column.reduce((sum, id) => sum + sizes.get(id).height + NODE.down, -NODE.down));
  const height = Math.max(0, ...heights) + 2 * PAD;
  let x = PAD;
  columns.forEach((column, at) => {
    let y = PAD + (height - 2 * PAD - heights[at]) / 2;
    const width = Math.max(...column.map((id) => sizes.get(id).width));
    for (const id of column) {
      boxes.set(id, { x, y, ...sizes.get(id) });
      y += sizes.get(id).height + NODE.down;
    }
    x += width + NODE.across;
  });
  for (const [name, place] of placed) {
    const box = boxes.get(groupOf.get(name));
    placed.set(name, { x: place.x + box.x, y: place.y + box.y });
  }
  return { boxes, nodes: placed, width: Math.max(PAD, x - NODE.across + PAD), height };
};
