// Draws every BPMN and DMN file of a folder as a PNG (of a DMN file how its decisions hang together), beside this script or in another folder: node draw.mjs FOLDER [TO]
import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { chromium } from 'playwright-core';

const folder = process.argv[2];
if (!folder) throw new Error('usage: node draw.mjs FOLDER [TO]');
const here = import.meta.dirname;
const to = process.argv[3] ?? here;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] // Chromium's sandbox refuses root
});
try {
  const page = await browser.newPage({ deviceScaleFactor: 2 });
  for (const file of (await readdir(folder)).filter(name => /\.(bpmn|dmn)$/.test(name))) {
    const kind = parse(file).ext.slice(1);
    await page.setContent('<div id="canvas" style="height: 100vh"></div>');
    await page.addScriptTag({ path: join(here, `node_modules/${kind}-js/dist/${kind}-viewer.production.min.js`) });
    const svg = await page.evaluate(async ([xml, kind]) => {
      const viewer = kind === 'dmn' ? new DmnJS({ container: '#canvas' }) : new BpmnJS({ container: '#canvas' });
      const { warnings } = await viewer.importXML(xml);
      if (warnings.length) throw new Error(warnings.map(warning => warning.message).join('\n'));
      if (kind === 'dmn') await viewer.open(viewer.getViews().find(view => view.type === 'drd'));
      return (await (kind === 'dmn' ? viewer.getActiveViewer() : viewer).saveSVG()).svg;
    }, [await readFile(join(folder, file), 'utf8'), kind]);
    await page.setContent(`<div id="picture" style="display: inline-block; padding: 16px">${svg}</div>`);
    await page.locator('#picture').screenshot({ path: join(to, parse(file).name + '.png') });
  }
} finally {
  await browser.close();
}
