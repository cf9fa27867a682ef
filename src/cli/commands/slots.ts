import { isSet, type Run } from '../command.js'
import { slotsDocument } from '../documents/slots.js'
import { missingText, premiseText } from '../iommu-text.js'
import { checkBus, readAskedMachine } from '../reading.js'
import { slotsText } from '../slots-text.js'
import { paragraph } from '../text.js'

export const run: Run = async (terminal, asked) => {
  const document = slotsDocument(await readAskedMachine(asked))
  if (isSet(asked, 'json')) terminal.printJson(document)
  else {
    terminal.print(slotsText(document, terminal.columns))
    const name = (address: string) => address.replace(/^0000:/, '')
    terminal.say([
      ...missingText(document.slots.flatMap(({ missing }) => missing)).flatMap((one) =>
        paragraph([one], terminal.columns),
      ),
      ...document.premises.flatMap((one) => paragraph([premiseText(one, name)], terminal.columns)),
    ])
    if (document.slots.length === 0 && 'value' in document.bus && document.bus.value === 'present')
      terminal.say(['No port or bridge is known: no place for a card.'])
  }
  return checkBus(document.bus, terminal)
}
