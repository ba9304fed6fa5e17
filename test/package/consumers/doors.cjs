// Run inside a project that has installed the package. Both doors of each subpath must lead to the same objects: two
// copies of a class, and `instanceof` lies. Prints what each subpath exports.
const NAME = 'express-stripe-customer-session';
const SUBPATHS = ['', '/postgres', '/redis', '/client', '/embeds', '/react', '/testing'];

async function compareDoors() {
  const doors = {};
  for (const subpath of SUBPATHS) {
    const required = require(`${NAME}${subpath}`);
    const imported = await import(`${NAME}${subpath}`);
    // What newer Nodes add to a CommonJS module that is imported is not the package's.
    const names = Object.keys(imported).filter((name) => name !== 'default' && name !== 'module.exports');
    doors[`.${subpath}`] = {
      names,
      onlyByRequire: Object.keys(required).filter((name) => !names.includes(name)),
      different: names.filter((name) => required[name] !== imported[name]),
    };
  }
  process.stdout.write(JSON.stringify(doors));
}

void compareDoors();
