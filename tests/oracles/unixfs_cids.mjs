// Reads one case a line from standard input, writes the content id of each to standard output.
// {"chunkBytes": n, "width": n, "directoryMaxBytes": n, "file": base64}
// {"chunkBytes": n, "width": n, "directoryMaxBytes": n, "entries": [[path, base64 or null for an empty directory]]}
import { createInterface } from 'node:readline'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const nowhere = { async put (cid) { return cid } }

function candidates (test) {
  if (test.entries === undefined) {
    return [{ content: Buffer.from(test.file, 'base64') }]
  }
  return test.entries.map(([path, content]) =>
    content === null ? { path: `root/${path}` } : { path: `root/${path}`, content: Buffer.from(content, 'base64') })
}

async function contentId (test) {
  let last
  const options = {
    profile: 'unixfs-v1-2025',
    chunker: fixedSize({ chunkSize: test.chunkBytes }),
    layout: balanced({ maxChildrenPerNode: test.width }),
    shardSplitThresholdBytes: test.directoryMaxBytes,
    wrapWithDirectory: false
  }
  const source = test.entries?.length === 0 ? [{ path: 'root' }] : candidates(test)
  for await (const entry of importer(source, nowhere, options)) {
    if (test.entries === undefined || entry.path === 'root') {
      last = entry.cid
    }
  }
  return last.toString()
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await contentId(JSON.parse(line))}\n`)
}
