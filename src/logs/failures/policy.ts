import type { Failure } from '../failure.js'

/** What the host's administrator or distribution forbids, and options that do not work. */
export const policyFailures: readonly Failure[] = [
  {
    cause: 'apparmor-denied',
    title: 'AppArmor stopped QEMU',
    why: 'libvirt gives every machine a profile that names the files it may use; {what} is not among them.',
    fix: 'let libvirt know the device or the file (hostdev, disk), or add it to /etc/apparmor.d/abstractions/libvirt-qemu',
    certainty: 'certain',
    messages: [
      {
        format: 'apparmor="DENIED" operation="%s" class="%s" profile="%s" name="%s"',
        args: ['', '', '=(?:libvirt-[0-9a-f-]+|[^"]*(?:qemu|virt)[^"]*)', 'what=[^"]+'],
        source: 'security/apparmor/audit.c audit_pre, security/apparmor/file.c file_audit_cb',
        seen: 'Linux 6.12, 7.3: pieced together there',
      },
      {
        format: 'apparmor="DENIED" operation="%s" profile="%s" name="%s"',
        args: ['', '=(?:libvirt-[0-9a-f-]+|[^"]*(?:qemu|virt)[^"]*)', 'what=[^"]+'],
        source: 'security/apparmor/audit.c audit_pre, security/apparmor/file.c file_audit_cb',
        seen: 'Linux 6.1: pieced together there',
      },
    ],
  },
  {
    cause: 'selinux-denied',
    title: 'SELinux stopped QEMU',
    why: 'The file {what} has no label that the machine may use.',
    fix: 'restorecon on the file, or let libvirt manage the device (managed="yes"); ausearch -m avc shows all of it',
    certainty: 'certain',
    messages: [
      {
        format: 'avc:  denied  { %s } for  pid=%d comm="%s" path="%s"',
        args: ['*', '', '=[^"]*qemu[^"]*', 'what=[^"]+'],
        source: 'security/selinux/avc.c avc_audit_pre_callback, security/lsm_audit.c dump_common_audit_data',
        seen: 'Linux 6.1, 7.3: pieced together there',
      },
      {
        format: 'avc:  denied  { %s } for  pid=%d comm="%s" name="%s"',
        args: ['*', '', '=[^"]*qemu[^"]*', 'what=[^"]+'],
        source: 'security/selinux/avc.c avc_audit_pre_callback, security/lsm_audit.c dump_common_audit_data',
        seen: 'Linux 6.1, 7.3: pieced together there',
      },
    ],
  },
  {
    cause: 'lockdown',
    title: 'the kernel is locked down and refuses {what}',
    why: 'With Secure Boot on, most distributions keep even root from things that could change the running kernel.',
    fix: 'vfio-pci itself works under lockdown; setpci writes, unsigned modules and option ROM patches do not. Switch Secure Boot off where you need those',
    certainty: 'certain',
    messages: [
      {
        format: 'Lockdown: %s: %s is restricted; see man kernel_lockdown.7',
        args: ['*', 'what=(?:direct PCI access|unsigned module loading|unsafe module parameters)'],
        source: 'security/lockdown/lockdown.c lockdown_is_locked_down',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'module-rejected',
    title: 'a kernel module was rejected: it has no signature that this kernel trusts',
    why: 'Secure Boot or module.sig_enforce asks for one. Modules built by hand (vendor-reset, NVIDIA through DKMS) have none until you sign them.',
    fix: 'enrol your key (mokutil --import) and sign the module with it',
    certainty: 'certain',
    messages: [
      {
        format: 'Loading of %s is rejected',
        args: ['*'],
        source: 'kernel/module/signing.c module_sig_check',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "could not insert '%s': Key was rejected by service",
        source: 'kmod tools/modprobe.c (EKEYREJECTED, glibc)',
        seen: 'kmod: words as users post them',
      },
    ],
  },
  {
    cause: 'unknown-option',
    title: 'the module {module} has no option {what}',
    why: 'It is misspelt, or this kernel’s module never had it or has lost it. It has no effect.',
    fix: 'modinfo -p {module} lists its options; correct it in /etc/modprobe.d or on the kernel command line',
    certainty: 'certain',
    messages: [
      {
        format: "%s: unknown parameter '%s' ignored",
        args: ['module=(?:vfio\\w*|kvm\\w*|iommufd|nvidia\\w*|nouveau|amdgpu|i915|xe)', 'what'],
        source: 'kernel/module/main.c unknown_module_param_cb',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "%s: `%s' invalid for parameter `%s'",
        args: ['module=(?:vfio\\w*|kvm\\w*|iommufd|nvidia\\w*|nouveau|amdgpu|i915|xe)', '*', 'what'],
        source: 'kernel/params.c parse_args',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'unknown-iommu-option',
    title: 'the kernel does not know {what} as a value of the IOMMU’s option',
    why: 'Values that do not exist, such as amd_iommu=on, change nothing.',
    fix: 'take it out of the kernel command line; AMD’s IOMMU is on by itself when the firmware describes it',
    certainty: 'certain',
    messages: [
      {
        format: "AMD-Vi: Unknown option - '%s'",
        args: ['what*'],
        source: 'drivers/iommu/amd/init.c parse_amd_iommu_options',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "DMAR: Unknown option - '%s'",
        args: ['what*'],
        source: 'drivers/iommu/intel/iommu.c intel_iommu_setup',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'bad-acs-option',
    title: 'the kernel does not understand config_acs= or disable_acs_redir=',
    why: 'They want flags and devices: pci=config_acs=FLAGS@DEVICE.',
    fix: 'correct it on the kernel command line (Documentation/admin-guide/kernel-parameters.txt)',
    certainty: 'certain',
    messages: [
      { format: 'ACS Flags missing', source: 'drivers/pci/pci.c __pci_config_acs', seen: 'Linux 6.12, 7.3' },
      {
        format: 'Invalid ACS flags specified',
        source: 'drivers/pci/pci.c __pci_config_acs',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: "PCI: Can't parse ACS command line parameter",
        source: 'drivers/pci/pci.c __pci_config_acs',
        seen: 'Linux 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'unknown-pci-option',
    title: 'this kernel does not know pci={what}',
    why: 'It is misspelt, or the kernel is too old or too new for it.',
    fix: 'correct it on the kernel command line',
    certainty: 'certain',
    messages: [
      {
        format: "PCI: Unknown option `%s'",
        args: ['what*'],
        source: 'drivers/pci/pci.c pci_setup',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'iommu-off-by-option',
    title: 'the IOMMU is switched off on the kernel command line',
    why: 'intel_iommu=off was given.',
    fix: 'take it out of the kernel command line',
    certainty: 'certain',
    messages: [
      {
        format: 'DMAR: IOMMU disabled',
        source: 'drivers/iommu/intel/iommu.c intel_iommu_setup',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
]
