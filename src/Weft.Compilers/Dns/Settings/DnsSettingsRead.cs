using Weft.Model;
using Weft.Model.Dns;

namespace Weft.Compilers.Dns.Settings;

/// <summary>Settings of DNS, and what there is to say about them.</summary>
/// <param name="Settings">What is in force: what could be read, and defaults for the rest.</param>
/// <param name="Problems">What could not, with the way out.</param>
/// <param name="Notes">What was passed over without harm, for whoever wonders.</param>
public sealed record DnsSettingsRead(DnsSettings Settings, EquatableArray<Problem> Problems, EquatableArray<string> Notes);
