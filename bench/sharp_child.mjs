// sharp's way to several sizes: 16 bits, Lanczos-3, WebP at quality 100, 300 DPI, one pipeline per size.
// Reads paths of pictures from standard input and answers each with the cost of its files as one JSON line.
import fs from 'node:fs';
import readline from 'node:readline';
import sharp from 'sharp';

sharp.cache(false);
const sizes = process.argv[2].split(',').map(Number);

async function finish(data) {
  const files = [];
  for (const size of sizes) {
    files.push(
      await sharp(data)
        .pipelineColourspace('rgb16')
        .resize(size, size, { kernel: 'lanczos3', fit: 'cover' })
        .withMetadata({ density: 300 })
        .webp({ quality: 100 })
        .toBuffer(),
    );
  }
  return files;
}

console.log(JSON.stringify({ versions: `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})` }));
for await (const path of readline.createInterface({ input: process.stdin })) {
  const data = fs.readFileSync(path);
  const before = process.cpuUsage();
  const files = await finish(data);
  const used = process.cpuUsage(before);
  const bytes = files.reduce((total, file) => total + file.length, 0);
  console.log(JSON.stringify({ cpu: (used.user + used.system) / 1e6, bytes }));
}
