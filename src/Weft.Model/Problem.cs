namespace Weft.Model;

/// <summary>What is wrong with a user's object, as data: it becomes a condition or an Event and never stops the objects beside it.</summary>
/// <param name="Object">The object, as <c>Kind namespace/name</c> or <c>Kind name</c>.</param>
/// <param name="Reason">A CamelCase word for machines, as in Kubernetes conditions.</param>
/// <param name="Message">What happened and the way out, for people.</param>
public sealed record Problem(string Object, string Reason, string Message)
{
    /// <summary>One line for logs.</summary>
    public override string ToString() => $"{Object}: {Message} ({Reason})";
}
