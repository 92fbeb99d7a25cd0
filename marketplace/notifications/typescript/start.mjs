// Says so where Node is too old to run TypeScript as it is; then begins.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Node 22.18 or newer is needed, and this is ${process.version}: install it, or name it in \`command\` of plures.toml`);
  process.exit(1);
}
await import("./src/main.ts");
