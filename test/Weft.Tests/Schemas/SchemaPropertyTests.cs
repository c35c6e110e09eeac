using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Weft.ApiServer.Schemas;
using Weft.ApiServer.Schemas.Decoding;
using Weft.ApiServer.Schemas.Merging;
using Weft.ApiServer.Schemas.Model;

namespace Weft.Tests.Schemas;

/// <summary>What holds for every object, valid or not.</summary>
public sealed class SchemaPropertyTests
{
    private static readonly SchemaType[] Kinds = [.. SchemaLibrary.ApiVersions.SelectMany(SchemaLibrary.Kinds)];

    [Fact]
    public void Admitting_twice_changes_nothing_more() => ForRandomObjects((type, random) =>
    {
        var obj = SchemaSample.Random(type, random, odd: false);
        var schema = SchemaOf(type);
        Assert.Null(schema.Admit(obj, null, FieldValidation.Ignore).BadRequest);
        var again = obj.DeepClone().AsObject();
        var second = schema.Admit(again, null, FieldValidation.Strict);
        return second.BadRequest is null && JsonNode.DeepEquals(obj, again);
    });

    [Fact]
    public void Errors_name_a_field_and_an_unchanged_object_may_always_be_stored_again() => ForRandomObjects((type, random) =>
    {
        var obj = SchemaSample.Random(type, random, odd: random.Next(2) == 0);
        var result = SchemaOf(type).Admit(obj, null, FieldValidation.Warn);
        if (result.BadRequest is not null)
            return true;
        var update = SchemaOf(type).Admit(obj.DeepClone().AsObject(), obj, FieldValidation.Warn);
        return result.Errors.All(e => e.Message.Length > 0) && update.Errors.SequenceEqual(result.Errors);
    });

    [Fact]
    public void A_patch_made_from_two_objects_leads_from_one_to_the_other() => ForRandomObjects((type, random) =>
    {
        var (from, to) = (Clean(type, random), Clean(type, random));
        var patch = PatchMaker.Between(from, to, Shape.ObjectOf(type));
        return JsonNode.DeepEquals(to, StrategicMergePatch.Apply(from, patch, type));
    });

    [Fact]
    public void An_empty_patch_changes_nothing_and_the_original_is_never_touched() => ForRandomObjects((type, random) =>
    {
        var (from, to) = (SchemaSample.Random(type, random, odd: true), SchemaSample.Random(type, random, odd: true));
        var before = from.DeepClone();
        try
        {
            StrategicMergePatch.Apply(from, to, type);
        }
        catch (FormatException)
        {
            // A random object need not be a patch.
        }
        return JsonNode.DeepEquals(before, from) && JsonNode.DeepEquals(before, StrategicMergePatch.Apply(from, [], type));
    });

    [Fact]
    public void A_canonical_quantity_stays_as_it_is_and_keeps_its_value() =>
        Prop.ForAll(Gen.Choose(-1_000_000, 1_000_000).ToArbitrary(), Gen.Elements("", "m", "k", "M", "Ki", "Mi", "e3").ToArbitrary(), (number, suffix) =>
        {
            Assert.True(Quantity.TryParse($"{number}{suffix}", out var quantity));
            Assert.True(Quantity.TryParse(quantity.ToString(), out var again));
            return again.ToString() == quantity.ToString() && !again.Exceeds(quantity) && !quantity.Exceeds(again);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Looking_for_duplicates_survives_any_bytes() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => DuplicateFields.Find(bytes).Count >= 0).QuickCheckThrowOnFailure();

    [Fact]
    public void Duplicate_fields_are_named_with_their_path() =>
        Assert.Equal(
            ["duplicate field \"spec.containers[1].name\"", "duplicate field \"spec\""],
            DuplicateFields.Find("""{"spec":{"containers":[{"name":"a"},{"name":"b","name":"c"}]},"spec":1}"""u8));

    private static void ForRandomObjects(Func<SchemaType, Random, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => holds(Kinds[seed % Kinds.Length], new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static JsonObject Clean(SchemaType type, Random random)
    {
        var obj = SchemaSample.Random(type, random, odd: false);
        SchemaOf(type).Admit(obj, null, FieldValidation.Ignore);
        PatchMaker.MakeUnique(obj, Shape.ObjectOf(type));
        return obj;
    }

    private static IObjectSchema SchemaOf(SchemaType type) => ObjectSchemas.For(type.Kind!.Group, type.Kind.Version, type.Kind.Kind);
}
