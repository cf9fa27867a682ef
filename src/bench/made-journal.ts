import { closeSync, openSync, writeSync } from 'node:fs'

/** What speaks in the journal of a workstation, and how often. `#` stands for a number, `~` for eight hexadecimal digits. */
const ordinary: readonly (readonly [weight: number, text: string])[] = [
  [12, 'systemd[1]: Started session-#.scope - Session # of User alice.'],
  [8, 'systemd[1]: Starting apt-daily.service - Daily apt download activities...'],
  [8, 'systemd[1]: apt-daily.service: Deactivated successfully.'],
  [4, 'systemd[1]: apt-daily.service: Consumed #.#s CPU time.'],
  [6, 'systemd-logind[#]: New session # of user alice.'],
  [6, 'systemd-logind[#]: Session # logged out. Waiting for processes to exit.'],
  [10, 'sshd[#]: Accepted publickey for alice from 192.0.2.# port # ssh2: ED25519 SHA256:~~~~'],
  [14, 'sshd[#]: Failed password for invalid user admin from 198.51.100.# port # ssh2'],
  [8, 'sshd[#]: Connection closed by authenticating user root 203.0.113.# port # [preauth]'],
  [10, 'CRON[#]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)'],
  [10, 'CRON[#]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)'],
  [10, 'CRON[#]: pam_unix(cron:session): session closed for user root'],
  [8, 'NetworkManager[#]: <info>  [#.#] dhcp4 (enp5s0): state changed new lease, address=192.0.2.#'],
  [4, 'wpa_supplicant[#]: wlp6s0: WPA: Group rekeying completed with 02:00:00:~ [GTK=CCMP]'],
  [
    12,
    'dockerd[#]: time="2026-01-05T10:11:12.#Z" level=info msg="ignoring event" container=~~~~~~~~ module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"',
  ],
  [
    10,
    'gnome-shell[#]: Window manager warning: Overwriting existing binding of keysym # with keysym # (keycode #).',
  ],
  [10, 'gnome-shell[#]: JS ERROR: TypeError: this._trackedWindows.get(...) is undefined'],
  [6, 'pipewire[#]: mod.rt: RTKit error: org.freedesktop.DBus.Error.AccessDenied'],
  [6, "dbus-daemon[#]: [system] Successfully activated service 'org.freedesktop.timedate1'"],
  [6, 'rtkit-daemon[#]: Supervising # threads of # processes of # users.'],
  [
    6,
    'smartd[#]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from # to #',
  ],
  [6, 'postfix/smtpd[#]: disconnect from unknown[203.0.113.#] ehlo=1 auth=0/1 rset=1 quit=1 commands=3/4'],
  [
    6,
    'nginx[#]: 192.0.2.# - - "GET /static/app.~.js HTTP/2.0" 200 # "-" "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"',
  ],
  [
    10,
    'kernel: audit: type=1400 audit(#.#:#): apparmor="ALLOWED" operation="open" class="file" profile="snap.code" name="/proc/#/stat" pid=# comm="node" requested_mask="r"',
  ],
  [
    6,
    'audit[#]: USER_START pid=# uid=0 auid=1000 ses=# subj=unconfined msg=\'op=PAM:session_open acct="root" exe="/usr/bin/sudo" res=success\'',
  ],
  [
    8,
    'kernel: [UFW BLOCK] IN=enp5s0 OUT= MAC=~~~~ SRC=192.0.2.# DST=224.0.0.1 LEN=32 TOS=0x00 PREC=0x00 TTL=1 ID=0 PROTO=2',
  ],
  [6, 'kernel: usb 1-#: new full-speed USB device number # using xhci_hcd'],
  [6, 'kernel: usb 1-#: New USB device found, idVendor=046d, idProduct=c52b, bcdDevice=12.11'],
  [
    4,
    'kernel: input: Logitech USB Receiver as /devices/pci0000:00/0000:00:14.0/usb1/1-#/1-#:1.0/input/input#',
  ],
  [4, 'kernel: hid-generic 0003:046D:C52B.#: input,hidraw0: USB HID v1.11 Keyboard [Logitech USB Receiver]'],
  [4, 'kernel: pci 0000:0#:00.0: [8086:15f3] type 00 class 0x020000 PCIe Endpoint'],
  [4, 'kernel: pci 0000:0#:00.0: BAR 0 [mem 0xfc~-0xfc~ 64bit pref]: assigned'],
  [3, 'kernel: pci 0000:0#:00.0: Adding to iommu group #'],
  [4, 'kernel: nvme nvme0: 16/0/0 default/read/poll queues'],
  [4, 'kernel: EXT4-fs (dm-#): mounted filesystem ~ r/w with ordered data mode. Quota mode: none.'],
  [6, 'kernel: br0: port #(vnet#) entered forwarding state'],
  [6, 'kernel: device vnet# entered promiscuous mode'],
  [4, 'kernel: amdgpu 0000:0#:00.0: amdgpu: ring gfx_0.0.0 uses VM inv eng 0 on hub 0'],
  [4, 'kernel: perf: interrupt took too long (# > #), lowering kernel.perf_event_max_sample_rate to #'],
  [4, "libvirtd[#]: operation failed: domain 'win11' is already active with uuid ~"],
  [
    2,
    'kernel: vfio-pci 0000:01:00.0: vgaarb: VGA decodes changed: olddecodes=io+mem,decodes=io+mem:owns=none',
  ],
  [1, 'kernel: vfio-pci 0000:01:00.0: enabling device (0000 -> 0003)'],
]
/** One line in two thousand. */
const failures: readonly string[] = [
  "kernel: vfio-pci 0000:01:00.0: BAR 1: can't reserve [mem 0xe0000000-0xefffffff 64bit pref]",
  'kernel: vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up',
  'kernel: pcieport 0000:00:01.1: PCIe Bus Error: severity=Correctable, type=Physical Layer, (Receiver ID)',
  'kernel: DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xfffff000 [fault reason 0x06] PTE Read access is not set',
  'libvirtd[812]: internal error: qemu unexpectedly closed the monitor',
]

/** Writes a journal of `sizeBytes` as `journalctl` prints it. The same each time. Gives the number of lines. */
export function writeJournal(file: string, sizeBytes: number): number {
  const texts = ordinary.flatMap(([weight, text]) => new Array<string>(weight).fill(text))
  let seed = 1
  // Numerical Recipes' linear congruential generator.
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  const filled = (text: string) =>
    text.replace(/[#~]/g, (sign) =>
      sign === '#'
        ? String(random(10 ** (1 + random(5))))
        : random(2 ** 32)
            .toString(16)
            .padStart(8, '0'),
    )
  const two = (number: number) => String(number).padStart(2, '0')
  const fd = openSync(file, 'w')
  try {
    let written = 0
    let lines = 0
    while (written < sizeBytes) {
      let piece = ''
      for (let at = 0; at < 10_000 && written + piece.length < sizeBytes; at++, lines++) {
        const second = Math.floor(lines / 20)
        const time = `Jan ${two(1 + (Math.floor(second / 86400) % 28))} ${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`
        const text = random(2000) === 0 ? failures[random(failures.length)]! : texts[random(texts.length)]!
        piece += `${time} host ${filled(text)}\n`
      }
      written += writeSync(fd, piece)
    }
    return lines
  } finally {
    closeSync(fd)
  }
}
